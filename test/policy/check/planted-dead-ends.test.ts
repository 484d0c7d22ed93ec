import t from 'tap'
import { addRole, foundIn, roleOf } from './plant.js'

await t.test('an organization can end with nobody who can manage it', async (t) => {
  await t.test('because its creator leaves', async (t) => {
    const found = foundIn('respondio', (document) => {
      roleOf(document, 'org_admin').min = 0
      document.authority.may_leave = ['*']
    })
    t.same(found, [['unmanageable', 'org_admin', 'A (org_admin) leaves.']])
  })

  await t.test('because its creator steps down, and down', async (t) => {
    const found = foundIn('standard', (document) => {
      roleOf(document, 'owner').min = 0
      document.authority.may_leave = []
      document.authority.own_role_change = true
      document.authority.change_role = [
        { actor: 'owner', from: ['*'], to: ['admin'] },
        { actor: 'admin', from: ['admin'], to: ['member'] }
      ]
    })
    t.same(found, [
      [
        'unmanageable',
        'owner',
        'A (owner) changes their own role to admin.',
        'A (admin) changes their own role to member.'
      ]
    ])
  })

  await t.test('because whoever could is suspended', async (t) => {
    const found = foundIn('standard', (document) => {
      roleOf(document, 'owner').min = 0
      roleOf(document, 'member').permissions.push('member.suspend')
      document.authority.may_leave = []
      document.authority.suspend.push({ actor: 'member', roles: ['owner'] })
    })
    t.same(found, [
      [
        'unmanageable',
        'owner',
        'A (owner) invites B as member, who accepts.',
        'B (member) suspends A (owner).'
      ]
    ])
  })

  await t.test('because nobody takes the last account over', async (t) => {
    const found = foundIn('surveymonkey', (document) => {
      roleOf(document, 'primary_admin').min = 0
      document.authority.protected = []
      document.authority.invite = [{ actor: 'primary_admin', roles: ['user'] }]
      document.authority.reassign = [{ actor: 'user', roles: ['primary_admin'] }]
      document.authority.change_role = []
      document.ownership = { transfer: 'none' }
      roleOf(document, 'user').permissions = ['member.reassign', 'team.view', 'team.summary']
    })
    t.match(
      found.find(([code]) => code === 'unmanageable'),
      [
        'unmanageable',
        'primary_admin',
        'A (primary_admin) invites B as user, who accepts.',
        'B (user) reassigns the account of A (primary_admin) to C, who never answers.'
      ]
    )
  })

  await t.test('from its beginning', async (t) => {
    const found = foundIn('ampliphi', ({ authority }) => {
      authority.invite = []
      authority.change_role = []
    })
    t.match(found, [
      ['unmanageable', 'owner'],
      ['unreachable_role', 'admin']
    ])
  })
})

await t.test('a role nobody can ever hold', async (t) => {
  const found = foundIn('respondio', (document) => {
    addRole(document, 'ghost', 'member.invite')
    addRole(document, 'spectre')
    document.authority.invite.push({ actor: 'ghost', roles: ['spectre'] })
  })
  t.same(found, [
    ['unreachable_role', 'ghost'],
    ['unreachable_role', 'spectre']
  ])

  const chain = foundIn('ampliphi', (document) => {
    for (const [index, key] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
      addRole(document, key, 'member.invite')
      const actor = index === 0 ? 'owner' : String.fromCharCode(96 + index)
      document.authority.invite.push({ actor, roles: [key] })
    }
  })
  t.same(chain, [], 'one that is given at the end of a long chain is held')

  const alone = foundIn('ampliphi', (document) => {
    addRole(document, 'heir')
    document.authority.protected = []
    document.authority.change_role.push({ actor: 'owner', from: ['owner'], to: ['heir'] })
  })
  t.same(alone, [['unreachable_role', 'heir']], 'there is no second owner who could become it')
})

await t.test('warnings', async (t) => {
  const app = foundIn('openphone', (document) => {
    const admin = roleOf(document, 'admin')
    admin.permissions = admin.permissions.filter((one) => one !== 'app:contacts')
  })
  t.same(app, [
    [
      'grants_app_permission_it_lacks',
      'admin member',
      'A (admin) invites B as member, who accepts.'
    ]
  ])

  const creator = foundIn('ampliphi', ({ ownership }) => {
    ownership.transfer = 'none'
  })
  t.same(creator, [['irremovable_creator', 'owner']])
})

await t.test('a policy of many roles is looked at in part, and says so', async (t) => {
  const found = foundIn('standard', (document) => {
    for (let index = 0; index < 30; index += 1) addRole(document, `team_${index}`, 'team.view')
  })
  t.same(found, [['explored_in_part', '']])
})
