import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

const DAYS = 30

await t.test('whoever is removed while their account is reassigned', async (t) => {
  const { call, organization, accept, member, clock, unique } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })

  /** A member whose seat is offered to somebody else. */
  async function pending() {
    const org = await organization({ policy: 'surveymonkey' })
    const ana = await member(org.path)
    const heir = { id: unique('u'), email: `${unique('heir')}@sm.test` }
    const { body } = await call('POST', `${org.path}/members/${ana.id}/reassign`, {
      body: { email: heir.email, send_email: false }
    })
    const id = body.invitation.id as string
    const remove = () => call('DELETE', `${org.path}/members/${ana.id}?confirm=true`)
    const offer = async () => (await call('GET', `${org.path}/invitations/${id}`)).body
    /** What is told of people, newest first; what becomes of their seats is told besides. */
    const events = async () => {
      const { body: log } = await call('GET', `${org.path}/events?limit=10`)
      const told: { type: string; subject: { id: string }; data: Record<string, unknown> }[] =
        log.data
      return told.filter(({ type }) => !type.startsWith('seats.')).slice(0, 3)
    }
    const taking = () => accept(body.link.split('/').at(-1), heir)
    return { ana, id, remove, offer, events, taking }
  }

  await t.test('is removed, and the link of whoever was to take it over is dead', async (t) => {
    const { ana, id, remove, offer, events, taking } = await pending()
    const { status, body } = await remove()
    t.match([status, body.status, body.ended_by], [200, 'removed', 'removed'])
    t.match(await offer(), { status: 'canceled', ended_at: START.toISOString() })
    const [removed, canceled] = await events()
    t.match(removed, {
      type: 'member.removed',
      subject: { id: ana.id },
      data: { user_id: ana.userId },
      changes: { status: ['reassignment_pending', 'removed'] }
    })
    t.match(canceled, { type: 'invitation.canceled', subject: { id } })
    const late = await taking()
    t.match([late.status, late.body.code], [410, 'invitation_canceled'])
  })

  await t.test('is removed, though the offer had run out: it has expired', async (t) => {
    const { id, remove, offer, events } = await pending()
    clock.now = new Date(START.getTime() + (DAYS + 1) * DAY_MS)
    t.equal((await remove()).body.status, 'removed')
    const ended = new Date(START.getTime() + DAYS * DAY_MS).toISOString()
    t.match(await offer(), { status: 'expired', ended_at: ended })
    const told = await events()
    t.same(
      told.map(({ type }) => type),
      ['member.removed', 'reassignment.timed_out', 'invitation.expired']
    )
    t.match(told.at(-1), { subject: { id } })
  })

  await t.test('is somebody else, once it was accepted', async (t) => {
    const { ana, remove, events, taking } = await pending()
    const { body: holder } = await taking()
    t.equal((await remove()).body.status, 'removed')
    const [removed] = await events()
    t.match(removed, { subject: { id: ana.id }, data: { email: holder.email } })
    t.equal(removed?.data['user_id'], holder.user_id)
  })
})
