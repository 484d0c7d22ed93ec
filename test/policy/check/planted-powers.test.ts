import t from 'tap'
import { addRole, foundIn, roleOf } from './plant.js'

await t.test('a member can raise their own power', async (t) => {
  await t.test('by taking over the account of somebody stronger', async (t) => {
    const found = foundIn('standard', ({ authority }) => {
      authority.reassign.push({ actor: 'admin', roles: ['owner'] })
    })
    const step = 'A (admin) reassigns the account of B (owner) to C, who accepts.'
    t.same(found, [['self_escalation', 'admin', step]])
  })

  await t.test('or of somebody whose own role may be stronger', async (t) => {
    const found = foundIn('standard', ({ authority }) => {
      authority.reassign.push({ actor: 'admin', roles: ['custom'] })
    })
    const step = 'A (admin) reassigns the account of B (custom[everything]) to C, who accepts.'
    t.same(found, [['self_escalation', 'admin', step]])
  })

  await t.test('by changing the role of nobody but themselves', async (t) => {
    const found = foundIn('ampliphi', (document) => {
      roleOf(document, 'owner').max = null
      roleOf(document, 'admin').max = 1
      document.authority.own_role_change = true
      document.authority.change_role.push({ actor: 'admin', from: ['admin'], to: ['owner'] })
    })
    t.same(found, [['self_escalation', 'admin', 'A (admin) changes their own role to owner.']])
  })

  await t.test('by what remains to whoever hands ownership over', async (t) => {
    const found = foundIn('surveymonkey', (document) => {
      addRole(document, 'auditor', 'data.export')
      document.ownership.former_becomes = 'auditor'
    })
    const step = 'A (primary_admin) hands ownership over to B (admin).'
    t.same(found, [['self_escalation', 'primary_admin', step]])
  })

  await t.test('with an accomplice, who takes over what they may not', async (t) => {
    const found = foundIn('surveymonkey', (document) => {
      const admin = roleOf(document, 'admin')
      document.authority.reassign = [{ actor: 'clerk', roles: ['admin'] }]
      addRole(document, 'clerk', 'member.reassign', 'team.view')
      addRole(document, 'chief', 'member.reassign', 'member.invite', 'team.view')
      document.authority.invite.push({ actor: 'chief', roles: ['clerk'] })
      document.authority.change_role.push({
        actor: 'primary_admin',
        from: ['user'],
        to: ['chief', 'clerk']
      })
      t.ok(admin.permissions.includes('audit.view'))
    })
    t.same(found, [
      [
        'self_escalation',
        'clerk',
        'A (clerk) reassigns the account of B (admin) to C, who accepts.'
      ],
      [
        'self_escalation',
        'chief',
        'A (chief) invites B as clerk, who accepts.',
        'B (clerk) reassigns the account of C (admin) to D, who accepts.'
      ]
    ])
  })

  await t.test('by a chain of accomplices', async (t) => {
    const found = foundIn('respondio', (document) => {
      const { authority } = document
      for (const key of ['first', 'second', 'third']) {
        addRole(document, key, 'member.invite', 'member.role')
      }
      authority.invite.push({ actor: 'org_admin', roles: ['first'] })
      authority.invite.push({ actor: 'first', roles: ['second'] })
      authority.invite.push({ actor: 'second', roles: ['third'] })
      authority.change_role.push({ actor: 'third', from: ['second'], to: ['user_admin'] })
    })
    const [first, second, third] = [
      'A (first) invites B as second, who accepts.',
      'B (second) invites C as third, who accepts.',
      'C (third) changes the role of B (second) to user_admin.'
    ]
    t.same(found, [
      [
        'grants_what_it_lacks',
        'third user_admin',
        'A (third) changes the role of B (second) to user_admin.'
      ],
      [
        'self_escalation',
        'second',
        'A (second) invites B as third, who accepts.',
        'B (third) changes the role of A (second) to user_admin.'
      ],
      ['self_escalation', 'first', first, second, third]
    ])
  })
})

await t.test('a role can grant what it lacks', async (t) => {
  await t.test('by inviting', async (t) => {
    const found = foundIn('standard', (document) => {
      roleOf(document, 'member').permissions.push('member.invite')
      document.authority.invite.push({ actor: 'member', roles: ['admin'] })
    })
    const step = 'A (member) invites B as admin, who accepts.'
    t.same(found, [['grants_what_it_lacks', 'member admin', step]])
  })

  await t.test('by bringing members in', async (t) => {
    const found = foundIn('respondio', (document) => {
      roleOf(document, 'billing_admin').permissions.push('member.import')
      document.authority.invite.push({ actor: 'billing_admin', roles: ['user_admin'] })
    })
    const step = 'A (billing_admin) brings B in as user_admin.'
    t.same(found, [['grants_what_it_lacks', 'billing_admin user_admin', step]])
  })

  await t.test('by changing a role', async (t) => {
    const found = foundIn('openphone', ({ authority }) => {
      authority.change_role.push({ actor: 'admin', from: ['member'], to: ['owner'] })
    })
    const step = 'A (admin) changes the role of B (member) to owner.'
    t.same(found, [['grants_what_it_lacks', 'admin owner', step]])
  })

  await t.test('where an organization’s own role may hold as little as that', async (t) => {
    const found = foundIn('oupi', ({ authority }) => {
      authority.invite.push({ actor: 'custom', roles: ['admin'] })
    })
    const step = 'A (custom[member.invite]) invites B as admin, who accepts.'
    t.same(found, [['grants_what_it_lacks', 'custom admin', step]])
  })

  await t.test('the whole of what it has in part', async (t) => {
    const found = foundIn('respondio', (document) => {
      roleOf(document, 'user_admin').permissions.push('org.settings:view')
      roleOf(document, 'member').permissions.push('org.settings')
    })
    const step = 'A (user_admin) invites B as member, who accepts.'
    t.same(found, [['grants_what_it_lacks', 'user_admin member', step]])
  })

  await t.test('but a part of what it has is its own to give', async (t) => {
    const found = foundIn('ampliphi', (document) => {
      roleOf(document, 'admin').permissions.push('org.settings')
      roleOf(document, 'standard').permissions.push('notify.special.some', 'org.settings:view')
    })
    t.same(found, [])
  })

  await t.test('and to take from the stronger is not to give', async (t) => {
    const found = foundIn('respondio', (document) => {
      roleOf(document, 'user_admin').permissions.push('member.role')
      document.authority.change_role.push({
        actor: 'user_admin',
        from: ['org_admin'],
        to: ['billing_admin']
      })
    })
    t.same(found, [])
  })
})
