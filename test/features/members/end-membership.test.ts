import { and, eq } from 'drizzle-orm'
import t from 'tap'
import { invitations } from '../../../src/db/tables/invitations.js'
import { members } from '../../../src/db/tables/members.js'
import { newId } from '../../../src/ids.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

const DAYS = 30

await t.test('whoever is removed while their account is reassigned', async (t) => {
  const { call, organization, member, clock, deps } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })

  /** A member whose seat is offered to somebody else, as the tables have it. */
  async function pending() {
    const org = await organization({ policy: 'surveymonkey' })
    const ana = await member(org.path)
    const id = newId('inv')
    const endsAt = new Date(START.getTime() + DAYS * DAY_MS)
    await deps.db.insert(invitations).values({
      organizationId: org.id,
      id,
      memberId: ana.id,
      kind: 'reassignment',
      email: 'heir@sm.test',
      emailKey: 'heir@sm.test',
      role: 'user',
      status: 'pending',
      delivery: null,
      locale: 'en',
      generation: 1,
      secretId: deps.linkSecrets.current.id,
      sendCount: 1,
      policyVersion: 1,
      lifetimeDays: DAYS,
      emailMustMatch: true,
      invitedByType: 'api_key',
      invitedById: 'key',
      createdAt: START,
      updatedAt: START,
      expiresAt: endsAt
    })
    await deps.db
      .update(members)
      .set({
        status: 'reassignment_pending',
        invitationId: id,
        offerExpiresAt: endsAt,
        offerLapsesTo: 'reassignment_pending'
      })
      .where(and(eq(members.organizationId, org.id), eq(members.id, ana.id)))
    const remove = () => call('DELETE', `${org.path}/members/${ana.id}?confirm=true`)
    const offer = async () => (await call('GET', `${org.path}/invitations/${id}`)).body
    const events = async () => (await call('GET', `${org.path}/events?limit=2`)).body.data
    return { org, ana, id, remove, offer, events }
  }

  await t.test('is removed, and the offer with them', async (t) => {
    const { ana, id, remove, offer, events } = await pending()
    const { status, body } = await remove()
    t.match([status, body.status, body.ended_by], [200, 'removed', 'removed'])
    t.match(await offer(), { status: 'canceled', ended_at: START.toISOString() })
    const [removed, canceled] = await events()
    t.match(removed, {
      type: 'member.removed',
      subject: { id: ana.id },
      changes: { status: ['reassignment_pending', 'removed'] }
    })
    t.match(canceled, { type: 'invitation.canceled', subject: { id } })
  })

  await t.test('is removed, though the offer had run out: it has expired', async (t) => {
    const { id, remove, offer, events } = await pending()
    clock.now = new Date(START.getTime() + (DAYS + 1) * DAY_MS)
    t.equal((await remove()).body.status, 'removed')
    const ended = new Date(START.getTime() + DAYS * DAY_MS).toISOString()
    t.match(await offer(), { status: 'expired', ended_at: ended })
    const [, expired] = await events()
    t.match(expired, { type: 'invitation.expired', subject: { id } })
  })
})
