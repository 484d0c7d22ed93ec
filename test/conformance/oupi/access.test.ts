import t from 'tap'
import { createProducts, type Person } from '../products.js'

const FRENCH = { 'accept-language': 'fr' }
const NBSP = '\u00a0'

await t.test('OUPI: what new members get, and who has an account already', async (t) => {
  const products = await createProducts(t)
  const { accept, call, unique } = products
  const team = products.of('oupi')

  /** An open invitation by an administrator, and who it is for. */
  async function open(fields: Record<string, unknown> = {}) {
    const email = `${unique('new')}@oupi.test`
    const { body } = await team.call('admin', 'POST', '/invitations', {
      body: { invitations: [{ email, ...fields }], send_email: false }
    })
    const [{ invitation, link }] = body.data
    const token = String(link).split('/').at(-1) ?? ''
    const id = unique('u')
    const person: Person = { id: invitation.member_id, userId: id, email, as: `user:${id}` }
    return { token, person, user: { id, email } }
  }
  const mayOf = async (person: Person, permissions: readonly string[]) => {
    const answers = permissions.map(async (permission) => {
      const { allowed } = await team.authorize(person, permission)
      return [permission, allowed] as const
    })
    return Object.fromEntries(await Promise.all(answers))
  }

  await t.test('OUPI-46: a new member has the access of their role, and no other', async (t) => {
    const expected = {
      member: { 'app:models.use': true, 'app:data.read': true },
      readonly: { 'app:models.use': false, 'app:data.read': true },
      admin: { 'app:models.use': true, 'app:data.read': true }
    }
    const managing = ['member.invite', 'credits.allocate', 'billing.edit']
    for (const [role, may] of Object.entries(expected)) {
      const { token, person, user } = await open({ role })
      const asked = [...Object.keys(may), ...managing]
      const nothing = Object.fromEntries(asked.map((permission) => [permission, false]))
      t.same(await mayOf(person, asked), nothing, `${role}: nothing before they have accepted`)
      t.equal((await accept(token, user)).status, 200)
      const manages = role === 'admin'
      t.same(
        await mayOf(person, asked),
        {
          ...may,
          'member.invite': manages,
          'credits.allocate': manages,
          'billing.edit': false
        },
        role
      )
    }
  })

  await t.test('OUPI-46: they are in the team, and in the groups they were put into', async (t) => {
    const { token, person, user } = await open()
    const { body: group } = await team.call('admin', 'POST', '/groups', {
      body: { name: unique('Atelier') }
    })
    await team.call('admin', 'PUT', `/groups/${group.id}/members/${person.id}`)
    await accept(token, user)
    const { body: list } = await team.call('admin', 'GET', '/members?status=active&limit=100')
    const seen = list.data.find(({ id }: { id: string }) => id === person.id)
    t.match(seen, { user_id: user.id, role: 'member', role_label: 'Standard member' })
    const { body: groups } = await team.call('admin', 'GET', `/groups?member_id=${person.id}`)
    t.same(
      groups.data.map(({ id }: { id: string }) => id),
      [group.id]
    )
  })

  await t.test(
    'OUPI-117: who signs up again by a used link is told to sign in instead',
    async (t) => {
      const { token, user } = await open()
      const { body: member } = await accept(token, user)
      const again = { id: unique('u_second'), email: user.email }
      const refused = await accept(token, again)
      t.match([refused.status, refused.body.code], [409, 'invitation_already_accepted'])
      t.match(refused.body.detail, /already: sign in instead of signing up\.$/)
      const french = await accept(token, again, { headers: FRENCH })
      t.equal(
        french.body.detail,
        `Un compte existe déjà avec cet e-mail${NBSP}: connectez-vous au lieu de vous inscrire.`
      )
      t.equal((await accept(token, user)).body.id, member.id, 'who signs in is let in')
      const page = await call('GET', `/invitations/${token}`, { key: null, headers: FRENCH })
      t.match(page.body, 'connectez-vous au lieu de vous inscrire')
    }
  )

  await t.test('OUPI-117: who has an account in the team under another address', async (t) => {
    const known = await team.add('member')
    const { token, user } = await open()
    const refused = await accept(token, { ...user, id: known.userId })
    t.match(
      [refused.status, refused.body.code, refused.body.member_id],
      [409, 'already_member', known.id]
    )
    t.match(refused.body.detail, 'sign in instead of signing up')
    const french = await accept(token, { ...user, id: known.userId }, { headers: FRENCH })
    t.match(french.body.detail, 'connectez-vous au lieu de vous inscrire')
    const invited = await team.call('admin', 'POST', '/invitations', {
      headers: FRENCH,
      body: { emails: known.email }
    })
    t.equal(invited.body.code, 'already_member')
    t.notMatch(invited.body.detail, 'connectez-vous', 'whoever invites them is told something else')
  })

  await t.test('OUPI-117: the link leads to where one signs in', async (t) => {
    const own = await products.team('oupi', {
      links: { accept_url: 'https://app.acme.test/welcome' }
    })
    const { body } = await own.call('admin', 'POST', '/invitations', {
      body: { emails: `${unique('new')}@oupi.test`, send_email: false }
    })
    const path = new URL(body.data[0].link).pathname
    const page = async (headers = {}) => (await call('GET', path, { key: null, headers })).body
    t.match(await page(), /on (<bdi>)?app\.acme\.test(<\/bdi>)? and sign in there/)
    t.match(
      await page(FRENCH),
      /sur (<bdi>)?app\.acme\.test(<\/bdi>)?, où vous pourrez vous connecter/
    )
  })
})
