import { eq } from 'drizzle-orm'
import t from 'tap'
import { organizations } from '../../../src/db/tables/organizations.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'

await t.test('POST /v1/organizations/{organization_id}/invitations', async (t) => {
  const { call, organization, member, invite, mailTo, deps, clock, accept } = await createTestApp(
    t,
    {
      worker: { backoffMs: 10 }
    }
  )
  t.beforeEach(() => {
    clock.now = START
  })
  const post = (path: string, body: unknown, actor?: string) =>
    call('POST', `${path}/invitations`, { body, ...(actor === undefined ? {} : { actor }) })

  await t.test('invites everybody named in one text, each with a mail and an event', async (t) => {
    const org = await organization()
    const emails = ' ana@story.test,bo@story.test\n\ncy@story.test ;; '
    const { status, body } = await post(org.path, { emails }, org.as)
    t.equal(status, 201)
    t.match(
      body.data.map((item: { email: string; status: string }) => [item.email, item.status]),
      [
        ['ana@story.test', 'created'],
        ['bo@story.test', 'created'],
        ['cy@story.test', 'created']
      ]
    )
    t.match(body.data[0].invitation, {
      status: 'pending',
      delivery: 'queued',
      role: 'member',
      expires_at: '2030-01-08T00:00:00.000Z',
      invited_by: { type: 'member', name: 'Olga' }
    })
    t.notOk('link' in body.data[0], 'the link is the mail’s business')

    const [mail] = await mailTo('cy@story.test')
    t.match(mail, { subject: 'Olga invited you to join Acme' })
    const { body: events } = await call('GET', `${org.path}/events?type=member.invited`)
    t.match(
      events.data.map((event: { actor: { name: string } }) => event.actor.name),
      ['Olga', 'Olga', 'Olga']
    )
  })

  await t.test('takes objects that say more about each person, in their language', async (t) => {
    const org = await organization()
    const invitations = [
      { email: 'zoe@more.test', name: 'Zoé', role: 'admin', locale: 'fr', external_id: 'crm-1' },
      { email: 'yan@more.test', metadata: { team: 'blue' } }
    ]
    const { status, body } = await post(org.path, { invitations, role: 'member' }, org.as)
    t.equal(status, 201)
    const { body: zoe } = await call(
      'GET',
      `${org.path}/members/${body.data[0].invitation.member_id}`
    )
    t.match(zoe, { name: 'Zoé', role: 'admin', status: 'invited', external_id: 'crm-1' })
    const { body: yan } = await call(
      'GET',
      `${org.path}/members/${body.data[1].invitation.member_id}`
    )
    t.match(yan, { role: 'member', metadata: { team: 'blue' } })
    const [mail] = await mailTo('zoe@more.test')
    t.match(mail?.subject, /^Olga vous invite/)
  })

  await t.test('gives the link once and sends nothing when the host sends itself', async (t) => {
    const org = await organization()
    const { answer, invitation, token } = await invite(org.path, 'own@host.test')
    t.equal(answer.status, 201)
    t.match(token, /^mlk_/)
    t.equal(invitation.delivery, null)
    const { body } = await call('GET', `${org.path}/invitations/${invitation.id}`)
    t.notMatch(JSON.stringify(body), /mlk_/)
    const { rows } = await deps.db.execute(`select from jobs where payload->>'invitation_id' =
      '${String(invitation.id)}'`)
    t.equal(rows.length, 0)
  })

  await t.test('answers address by address, and one bad one fails no other', async (t) => {
    const org = await organization()
    const joined = await member(org.path)
    const { invitation: pending } = await invite(org.path, 'pending@batch.test')
    const { status, body } = await post(org.path, {
      emails: [
        'new@batch.test',
        'NEW@batch.test',
        joined.email,
        'Pending@Batch.test',
        'not an address'
      ]
    })
    t.equal(status, 201)
    t.match(body.data, [
      { status: 'created' },
      { status: 'error', problem: { code: 'duplicate_address', status: 409 } },
      { status: 'error', problem: { code: 'already_member', member_id: joined.id } },
      { status: 'error', problem: { code: 'already_invited', invitation_id: pending.id } },
      { status: 'error', email: 'not an address', problem: { code: 'invalid_email', status: 400 } }
    ])
    t.equal(body.data.length, 5)
  })

  await t.test('is 200 with every problem when nobody could be invited', async (t) => {
    const org = await organization()
    const { status, body } = await post(org.path, { emails: 'a@, b@' })
    t.equal(status, 200)
    t.match(body.data, [
      { problem: { code: 'invalid_email' } },
      { problem: { code: 'invalid_email' } }
    ])
  })

  await t.test('answers with the problem itself when there is one address only', async (t) => {
    const org = await organization()
    t.match(await post(org.path, { emails: 'nobody' }), {
      status: 400,
      body: { code: 'invalid_email' }
    })
    t.match(await post(org.path, { emails: org.owner.email }), {
      status: 409,
      body: { code: 'already_member' }
    })
  })

  await t.test('refuses more addresses than the documented bound, and none at all', async (t) => {
    const org = await organization()
    const many = Array.from({ length: 10_000 }, (_, index) => `p${index}@many.test`)
    t.match(await post(org.path, { emails: many.join(',') }), {
      status: 400,
      body: { code: 'too_many_addresses', max: 1_000 }
    })
    t.match(await post(org.path, { emails: many }), {
      status: 400,
      body: { code: 'invalid_request' }
    })
    t.match(await post(org.path, { emails: ' , \n ' }), {
      status: 400,
      body: { code: 'no_addresses' }
    })
    t.match(await post(org.path, {}), { status: 400, body: { code: 'no_addresses' } })
    const { body } = await call('GET', `${org.path}/members?include_total=true`)
    t.equal(body.total, 1, 'nothing was half done')
  })

  await t.test('takes a thousand addresses at once', async (t) => {
    const org = await organization({ billing: { seats: 2_000 } })
    const emails = Array.from({ length: 1_000 }, (_, index) => `p${index}@thousand.test`)
    const { status } = await post(org.path, { emails, send_email: false })
    t.equal(status, 201)
    const { body } = await call('GET', `${org.path}/summary`)
    t.match(body, { seats: { used: 1_001, available: 999, size: 2_000 } })
  })

  await t.test('fills the seats in the order given and refuses the rest', async (t) => {
    const org = await organization({ billing: { seats: 3 } })
    const { body } = await post(org.path, { emails: 'a@full.test,b@full.test,c@full.test' })
    t.match(body.data, [
      { status: 'created' },
      { status: 'created' },
      { status: 'error', problem: { code: 'seats_exhausted', limit: 3, detail: /All 3 seats/ } }
    ])
  })

  await t.test('gives the last seat to one of two requests at once', async (t) => {
    const org = await organization({ billing: { seats: 2 } })
    const answers = await deps.db.transaction(async (tx) => {
      await tx.select().from(organizations).where(eq(organizations.id, org.id)).for('no key update')
      const both = ['one@last.test', 'two@last.test'].map((emails) => post(org.path, { emails }))
      await untilBlocked(deps.db, 2)
      return { both }
    })
    const [one, two] = await Promise.all(answers.both)
    t.same([one?.status, two?.status].sort(), [201, 409])
    const refused = one?.status === 409 ? one : two
    t.equal(refused?.body.code, 'seats_exhausted')
    const { body } = await call('GET', `${org.path}/summary`)
    t.match(body.seats, { used: 2, available: 0 })
  })

  await t.test('invites an address whose offer ran out on the same seat', async (t) => {
    const org = await organization({ billing: { seats: 2 } })
    const { invitation: old } = await invite(org.path, 'again@lapsed.test', { name: 'Ag' })
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const { answer, invitation, token } = await invite(org.path, 'Again@lapsed.test')
    t.equal(answer.status, 201)
    t.not(invitation.id, old.id)
    t.equal(invitation.member_id, old.member_id, 'a member is a seat')
    t.match((await call('GET', `${org.path}/invitations/${old.id}`)).body, { status: 'expired' })
    const { body: events } = await call('GET', `${org.path}/events?type=invitation.expired`)
    t.equal(events.data.length, 1)
    const { body } = await accept(token, { id: 'u_again', email: 'again@lapsed.test' })
    t.match(body, { id: old.member_id, name: 'Ag', status: 'active' })
  })

  await t.test('gives the seat of an offer that ran out to somebody else', async (t) => {
    const org = await organization({ billing: { seats: 2 } })
    await invite(org.path, 'late@lapsed.test')
    t.equal((await invite(org.path, 'next@lapsed.test')).answer.status, 409)
    clock.now = new Date(START.getTime() + 7 * DAY_MS - 1)
    t.equal((await invite(org.path, 'next@lapsed.test')).answer.status, 409)
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    t.equal((await invite(org.path, 'next@lapsed.test')).answer.status, 201)
  })

  await t.test('makes a new member of a person whose invitation was canceled', async (t) => {
    const org = await organization()
    const { invitation: first } = await invite(org.path, 'back@canceled.test')
    await call('DELETE', `${org.path}/invitations/${first.id}`)
    const { answer, invitation } = await invite(org.path, 'back@canceled.test')
    t.equal(answer.status, 201)
    t.not(invitation.member_id, first.member_id)
  })

  await t.test('refuses an external id that another one has, also within one batch', async (t) => {
    const org = await organization()
    await invite(org.path, 'has@external.test', { external_id: 'x1' })
    const invitations = [
      { email: 'wants@external.test', external_id: 'x1' },
      { email: 'first@external.test', external_id: 'x2' },
      { email: 'second@external.test', external_id: 'x2' }
    ]
    const { body } = await post(org.path, { invitations })
    t.match(body.data, [
      { problem: { code: 'external_id_taken' } },
      { status: 'created' },
      { problem: { code: 'external_id_taken' } }
    ])
  })

  await t.test('lets a role invite only as the policy’s matrix says', async (t) => {
    const org = await organization()
    const admin = await member(org.path, { role: 'admin' })
    const plain = await member(org.path)
    t.match(await post(org.path, { emails: 'o@roles.test', role: 'owner' }, admin.as), {
      status: 403,
      body: { code: 'role_not_assignable' }
    })
    t.match(await post(org.path, { emails: 'm@roles.test' }, plain.as), {
      status: 403,
      body: { code: 'not_permitted' }
    })
    t.equal((await post(org.path, { emails: 'a@roles.test', role: 'admin' }, admin.as)).status, 201)
    t.equal((await post(org.path, { emails: 'o@roles.test', role: 'owner' }, org.as)).status, 201)
    t.match(await post(org.path, { emails: 'x@roles.test', role: 'emperor' }, org.as), {
      status: 422,
      body: { code: 'unknown_role' }
    })
  })
})
