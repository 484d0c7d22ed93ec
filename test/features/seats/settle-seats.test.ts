import t from 'tap'
import { expireInvitations } from '../../../src/features/invitations/expire-invitations.sweep.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

const JANUARY = { starts_on: '2030-01-01', ends_on: '2030-02-01' }
const SOLD = { currency: 'USD', prices: { seat: 3_100, resource: 310 }, period: JANUARY }
const OVER = new Date(START.getTime() + 7 * DAY_MS)
const LATER = new Date(OVER.getTime() + 2 * DAY_MS)
const RESOURCES = { choice: 'existing', ids: ['r1', 'r2'] }

interface Entry {
  readonly kind: string
  readonly quantity: number
  readonly days: number
  readonly amount: number
  readonly occurred_at: string
}

await t.test('what time has done to a seat is settled before anything else is', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, organization, invite, member, deps, unique } = app
  const sweep = () => expireInvitations.run(deps)

  /** Every seat and resource is paid for, and comes back as a credit. */
  async function team(fields: object = {}) {
    clock.now = START
    const policy = await policyLike(app, 'standard', {
      seats: { mode: 'per_member', counted: ['invited', 'active'] },
      billing: { credit_on_removal: true, resources_included: 0 },
      suspension: { enabled: true },
      reassignment: { enabled: true, lifetime: 'P7D', on_timeout: 'restore' },
      ...fields
    })
    const { path } = await organization({ policy, billing: SOLD })
    const entries = async (): Promise<Entry[]> =>
      (await call('GET', `${path}/billing-entries?limit=100`)).body.data
    /** Kind, quantity, days and the day of the month: ids differ from team to team. */
    const story = async () =>
      (await entries()).map(
        ({ kind, quantity, days, amount, occurred_at: at }) =>
          `${at.slice(8, 10)} ${kind} ${quantity} ${days} ${amount}`
      )
    return { path, story }
  }

  /** The same whether or not the sweep has come by between the end of the offer and the command. */
  async function sameBefore(
    prepare: (path: string) => Promise<unknown>,
    command: (path: string, prepared: string) => Promise<unknown>,
    fields: object = {}
  ): Promise<string[]> {
    const stories: string[][] = []
    for (const isSwept of [true, false]) {
      const { path, story } = await team(fields)
      const prepared = String(await prepare(path))
      clock.now = LATER
      if (isSwept) await sweep()
      await command(path, prepared)
      await sweep()
      stories.push(await story())
    }
    t.same(stories[1], stories[0], 'the sweep makes no difference')
    return stories[0] ?? []
  }

  async function offered(path: string) {
    const { invitation } = await invite(path, `${unique('p')}@settle.test`, {
      resources: RESOURCES
    })
    return invitation.id as string
  }
  /** An account that was to be taken over, and nobody came. */
  async function reassigned(path: string) {
    const { id } = await member(path, { resources: RESOURCES })
    const body = { email: `${unique('heir')}@settle.test`, send_email: false }
    t.equal((await call('POST', `${path}/members/${id}/reassign`, { body })).status, 200)
    return id
  }
  const expect = async (status: number, answer: ReturnType<typeof call>) => {
    t.equal((await answer).status, status)
  }
  const OFFERED = ['01 member_added 1 31 3100', '01 resource_added 2 31 620']
  const LAPSED = ['08 member_removed 1 23 2300', '08 resource_removed 2 23 460']
  const TAKEN = ['01 member_removed 1 30 3000', '01 resource_removed 2 30 600']
  const RESTORED = ['08 member_added 1 24 2400', '08 resource_added 2 24 480']

  await t.test('an offer that is sent again', async (t) => {
    const story = await sameBefore(offered, (path, id) =>
      expect(200, call('POST', `${path}/invitations/${id}/resend`, { body: { via: 'link' } }))
    )
    t.same(story, [
      ...OFFERED,
      ...LAPSED,
      '10 member_added 1 22 2200',
      '10 resource_added 2 22 440'
    ])
  })

  await t.test('an offer that is canceled too late', async (t) => {
    const cancelable = {
      invitations: {
        cancel_from: ['pending', 'expired'],
        fields: {
          resources: 'optional'
        }
      }
    }
    const story = await sameBefore(
      offered,
      (path, id) => expect(200, call('DELETE', `${path}/invitations/${id}`)),
      cancelable
    )
    t.same(story, [...OFFERED, ...LAPSED])
  })

  await t.test('an invited member whose resources are changed too late', async (t) => {
    const change = async (path: string, id: string) => {
      const { body } = await call('GET', `${path}/invitations/${id}`)
      const resources = { choice: 'existing', ids: ['r1', 'r2', 'r3', 'r4', 'r5'] }
      await expect(200, call('PATCH', `${path}/members/${body.member_id}`, { body: { resources } }))
    }
    t.same(await sameBefore(offered, change), [...OFFERED, ...LAPSED], 'nobody uses the seat')
  })

  await t.test('an account that is suspended when it is its holder’s again', async (t) => {
    const story = await sameBefore(reassigned, (path, id) =>
      expect(200, call('POST', `${path}/members/${id}/suspend`))
    )
    t.same(story, [
      ...OFFERED,
      ...TAKEN,
      ...RESTORED,
      '10 member_removed 1 21 2100',
      '10 resource_removed 2 21 420'
    ])
  })

  await t.test('one that gets more resources then: each charge has a reason', async (t) => {
    const resources = { choice: 'existing', ids: ['r1', 'r2', 'r3'] }
    const story = await sameBefore(reassigned, (path, id) =>
      expect(200, call('PATCH', `${path}/members/${id}`, { body: { resources } }))
    )
    t.same(story, [...OFFERED, ...TAKEN, ...RESTORED, '10 resource_added 1 22 220'])
  })

  await t.test('one that is removed, or offered to the next', async (t) => {
    const removed = await sameBefore(reassigned, (path, id) =>
      expect(200, call('DELETE', `${path}/members/${id}?confirm=true`))
    )
    const again = await sameBefore(reassigned, (path, id) =>
      expect(
        200,
        call('POST', `${path}/members/${id}/reassign`, {
          body: { email: `${unique('next')}@settle.test` }
        })
      )
    )
    const left = ['10 member_removed 1 21 2100', '10 resource_removed 2 21 420']
    t.same(removed, [...OFFERED, ...TAKEN, ...RESTORED, ...left])
    t.same(again, removed)
  })

  await t.test('OP-87: what ends after the subscription leaves no credits', async (t) => {
    const expiring = { cancellation: { expire_credits: true } }
    const { path } = await team(expiring)
    await offered(path)
    t.equal((await call('POST', `${path}/cancel`)).status, 200)
    clock.now = LATER
    t.ok((await sweep()) >= 1)
    await call('POST', `${path}/restore`)
    const { body } = await call('GET', `${path}/billing`)
    t.equal(body.credit_balance, 0)
    const { body: list } = await call('GET', `${path}/billing-entries?kind=credit_expired`)
    t.match(list.data, [{ amount: 2_760, reason: 'credit_expired:5' }])
  })
})
