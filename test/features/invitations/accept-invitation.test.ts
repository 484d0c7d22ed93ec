import { eq } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { organizations } from '../../../src/db/tables/organizations.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'

await t.test('POST /v1/invitations/accept', async (t) => {
  const { call, organization, invite, accept, member, deps, clock, unique } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })

  /** An organization with one open invitation, and a way to see that nothing changed. */
  async function open(fields: Record<string, unknown> = {}) {
    const org = await organization(fields)
    const id = unique('u')
    const email = `${id}@accept.test`
    const offer = await invite(org.path, email)
    const memberPath = `${org.path}/members/${String(offer.invitation.member_id)}`
    const state = async () => {
      const { body } = await call('GET', memberPath)
      const { body: events } = await call('GET', `${org.path}/events?include_total=true`)
      return {
        status: body.status as string,
        user_id: body.user_id as string,
        events: events.total
      }
    }
    return { org, id, email, state, ...offer, person: { id, email } }
  }

  await t.test('makes the invited member active, with events that say who', async (t) => {
    const { org, token, person, invitation } = await open()
    const { status, body } = await accept(token, { ...person, name: 'Ana' })
    t.equal(status, 200)
    t.match(body, {
      id: invitation.member_id,
      user_id: person.id,
      name: 'Ana',
      status: 'active',
      joined_at: START.toISOString()
    })
    const { body: events } = await call('GET', `${org.path}/events?limit=2`)
    t.match(events.data, [
      { type: 'member.joined', actor: { type: 'user', id: person.id }, subject: { id: body.id } },
      { type: 'invitation.accepted', subject: { id: invitation.id } }
    ])
    const { body: after } = await call('GET', `${org.path}/invitations/${String(invitation.id)}`)
    t.equal(after.status, 'accepted')
  })

  await t.test('gives the same person the same member again, and changes nothing', async (t) => {
    const { token, person, state } = await open()
    const first = await accept(token, person)
    const before = await state()
    clock.now = new Date(START.getTime() + 30 * DAY_MS)
    const second = await accept(token, person)
    t.equal(second.status, 200)
    t.same(second.body, first.body)
    t.same(await state(), before)
  })

  const refused = async (
    t: Test,
    offer: Awaited<ReturnType<typeof open>>,
    { token = offer.token, ...user }: Record<string, unknown> & { token?: string },
    expected: { status: number; code: string }
  ) => {
    const before = await offer.state()
    const answer = await accept(token, { ...offer.person, ...user })
    t.match({ status: answer.status, code: answer.body.code }, expected)
    t.same(await offer.state(), before, 'nothing changed')
    return answer
  }

  await t.test('refuses another person once it is accepted', async (t) => {
    const offer = await open()
    await accept(offer.token, offer.person)
    await refused(t, offer, { id: 'u_other' }, { status: 409, code: 'invitation_already_accepted' })
  })

  await t.test('refuses another address, and never tells which was invited', async (t) => {
    const offer = await open()
    const expected = { status: 422, code: 'email_mismatch' }
    const answer = await refused(t, offer, { email: 'else@where.test' }, expected)
    t.notMatch(JSON.stringify(answer.body), offer.email)
  })

  await t.test('takes the address in any case', async (t) => {
    const { token, id, email } = await open()
    t.equal((await accept(token, { id, email: email.toUpperCase() })).status, 200)
  })

  await t.test('refuses an address that the host has not verified', async (t) => {
    const offer = await open()
    const expected = { status: 422, code: 'email_not_verified' }
    await refused(t, offer, { email_verified: false }, expected)
  })

  await t.test('refuses a canceled, a declined and an expired invitation', async (t) => {
    const canceled = await open()
    await call('DELETE', `${canceled.org.path}/invitations/${String(canceled.invitation.id)}`)
    await refused(t, canceled, {}, { status: 410, code: 'invitation_canceled' })

    const declined = await open()
    await call('POST', '/v1/invitations/decline', { key: null, body: { token: declined.token } })
    await refused(t, declined, {}, { status: 410, code: 'invitation_declined' })

    const expired = await open()
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    await refused(t, expired, {}, { status: 410, code: 'invitation_expired' })
  })

  await t.test('takes it until the last millisecond', async (t) => {
    const { token, person } = await open()
    clock.now = new Date(START.getTime() + 7 * DAY_MS - 1)
    t.equal((await accept(token, person)).status, 200)
  })

  await t.test('refuses a cut, an altered and a foreign token alike', async (t) => {
    const offer = await open()
    const flipped = offer.token.slice(0, -1) + (offer.token.endsWith('A') ? 'B' : 'A')
    for (const token of [offer.token.slice(0, -1), offer.token.slice(0, 30), flipped]) {
      await refused(t, offer, { token }, { status: 404, code: 'invitation_link_invalid' })
    }
    await refused(t, offer, { token: 'nonsense' }, { status: 400, code: 'invalid_request' })
  })

  await t.test('refuses a person who is a member already, by whatever address', async (t) => {
    const offer = await open()
    const joined = await member(offer.org.path)
    const answer = await refused(
      t,
      offer,
      { id: joined.userId },
      { status: 409, code: 'already_member' }
    )
    t.equal(answer.body.member_id, joined.id)
  })

  await t.test('is never refused for lack of a seat: the invitation reserved it', async (t) => {
    const { org, token, person } = await open({ billing: { seats: 2 } })
    await call('PUT', `${org.path}/billing`, { body: { seats: 1 } })
    t.equal((await accept(token, person)).status, 200)
  })

  await t.test('lets one of two people win who accept at once', async (t) => {
    const offer = await open()
    const blocked = await deps.db.transaction(async (tx) => {
      const isOrg = eq(organizations.id, offer.org.id)
      await tx.select().from(organizations).where(isOrg).for('no key update')
      const both = ['u_one', 'u_two'].map((id) => accept(offer.token, { id, email: offer.email }))
      await untilBlocked(deps.db, 2)
      return { both }
    })
    const answers = await Promise.all(blocked.both)
    t.same(answers.map(({ status }) => status).sort(), [200, 409])
    const winner = answers.find(({ status }) => status === 200)
    const loser = answers.find(({ status }) => status === 409)
    t.equal(loser?.body.code, 'invitation_already_accepted')
    t.equal((await offer.state()).user_id, winner?.body.user_id)
  })

  await t.test('lets accept or cancel win when they meet, never both', async (t) => {
    const offer = await open()
    const blocked = await deps.db.transaction(async (tx) => {
      const isOrg = eq(organizations.id, offer.org.id)
      await tx.select().from(organizations).where(isOrg).for('no key update')
      const path = `${offer.org.path}/invitations/${String(offer.invitation.id)}`
      const both = [accept(offer.token, offer.person), call('DELETE', path)]
      await untilBlocked(deps.db, 2)
      return { both }
    })
    const [accepted, canceled] = await Promise.all(blocked.both)
    const { status } = await offer.state()
    if (accepted?.status === 200) {
      t.match([canceled?.body.code, status], ['invitation_not_cancelable', 'active'])
    } else {
      t.match(
        [accepted?.body.code, canceled?.status, status],
        ['invitation_canceled', 200, 'removed']
      )
    }
  })

  await t.test('tells a key of other organizations nothing', async (t) => {
    const offer = await open()
    const other = await organization()
    const { body } = await call('POST', '/v1/api-keys', {
      body: { name: 'other', scopes: ['*'], organization_ids: [other.id] }
    })
    const answer = await accept(offer.token, offer.person, { key: body.api_key })
    t.match([answer.status, answer.body.code], [404, 'invitation_link_invalid'])
    t.equal((await offer.state()).status, 'invited')
  })

  await t.test('works without the key only for nobody', async (t) => {
    const { token, person } = await open()
    t.equal((await accept(token, person, { key: null })).status, 401)
  })
})
