import t from 'tap'
import { type Answer, createTestApp, DAY_MS, openDeps, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { inTurn, lockOrganization } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

const CROWD = 200
const LEFT = 20
const TRIES = 10
/** As many as the pool certainly lets in at once; the others wait for a connection. */
const WAITING = 5

await t.test('the last seats of a team', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, organization, invite, clock } = app
  // The crowd takes every connection of the service itself.
  const beside = openDeps(app.databaseUrl, () => clock.now)
  t.teardown(() => beside.close())
  const entries = async (path: string) =>
    (await call('GET', `${path}/billing-entries?limit=100&include_total=true`)).body
  const post = (path: string, email: string, headers = {}) =>
    call('POST', `${path}/invitations`, {
      headers,
      body: { invitations: [{ email }], send_email: false }
    })

  /** On a busy machine some get no connection in time: nothing was done, so they ask again. */
  async function knock(path: string, email: string, left = TRIES): Promise<Answer> {
    const answer = await post(path, email)
    return answer.status >= 500 && left > 1 ? knock(path, email, left - 1) : answer
  }

  /** All of them stand at the door before it opens. */
  async function crowd(id: string, path: string, size: number): Promise<Answer[]> {
    const { answers } = await beside.db.transaction(async (tx) => {
      await lockOrganization(tx, id)
      const answers = Array.from({ length: size }, (_, n) => knock(path, `p${n}@crowd.test`))
      await untilBlocked(beside.db, WAITING)
      return { answers }
    })
    return Promise.all(answers)
  }
  const count = (answers: readonly Answer[], status: number) =>
    answers.filter((answer) => answer.status === status).length

  await t.test('of 200 at once exactly 20 get the last 20', async (t) => {
    const { id, path } = await organization({ billing: { seats: LEFT + 1 } })
    const answers = await crowd(id, path, CROWD)
    t.equal(count(answers, 201), LEFT)
    const refused = answers.filter(({ body }) => body.code === 'seats_exhausted')
    t.equal(refused.length, CROWD - LEFT)
    const { body } = await call('GET', `${path}/summary`)
    t.match(body.seats, { used: LEFT + 1, available: 0, size: LEFT + 1 })
    const { body: reached } = await call('GET', `${path}/events?type=seats.limit_reached`)
    t.equal(reached.data.length, 1)
  })

  await t.test('where more can be bought, exactly the others are charged', async (t) => {
    const { id, path } = await organization({
      policy: 'surveymonkey',
      billing: { entitlements: ['team'], seats: LEFT + 1 }
    })
    const size = LEFT + 40
    t.equal(count(await crowd(id, path, size), 201), size)
    const first = await entries(path)
    t.same(
      first.data.map(({ number }: { number: number }) => number),
      Array.from({ length: size - LEFT }, (_, n) => n + 1)
    )
    const { body } = await call('GET', `${path}/summary`)
    t.match(body.seats, { used: size + 1, available: 0, size: size + 1 })
  })

  await t.test('an offer that ran out, sent again twice at once, is charged once', async (t) => {
    clock.now = START
    const policy = await policyLike(app, 'surveymonkey', {
      seats: {
        mode: 'prepaid',
        counted: ['active', 'invited', 'reassignment_pending'],
        resend_expired_when_full: 'charge'
      }
    })
    const billing = { entitlements: ['team'], seats: 2 }
    const { id, path } = await organization({ policy, billing })
    const { invitation } = await invite(path, 'late@races.test')
    clock.now = new Date(START.getTime() + 31 * DAY_MS)
    await invite(path, 'instead@races.test')
    const resend = () =>
      call('POST', `${path}/invitations/${invitation.id}/resend`, { body: { via: 'link' } })
    const answers = await inTurn(deps.db, id, [resend, resend])
    t.same(
      answers.map(({ status }) => status),
      [200, 200]
    )
    const { data } = await entries(path)
    t.match(data, [{ kind: 'overage', reason: `overage:${invitation.id}:2` }])
    t.equal(data.length, 1)
    clock.now = START
  })

  await t.test('a member that is canceled while it accepts is charged at most once', async (t) => {
    const { id, path } = await organization({ policy: 'openphone' })
    const { invitation, token } = await invite(path, 'torn@races.test', {
      role: 'member',
      resources: { choice: 'existing', ids: ['num_1'] }
    })
    const accept = () => app.accept(token, { id: 'u_torn', email: 'torn@races.test' })
    const cancel = () => call('DELETE', `${path}/invitations/${invitation.id}`)
    const [accepted, canceled] = await inTurn(deps.db, id, [accept, cancel])
    t.match([accepted?.status, canceled?.status], [200, 409])
    t.match((await entries(path)).data, [{ kind: 'member_added' }])

    const other = await invite(path, 'torn2@races.test', {
      role: 'member',
      resources: { choice: 'existing', ids: ['num_1'] }
    })
    const [gone, late] = await inTurn(deps.db, id, [
      () => call('DELETE', `${path}/invitations/${other.invitation.id}`),
      () => app.accept(other.token, { id: 'u_torn2', email: 'torn2@races.test' })
    ])
    t.match([gone?.status, late?.status], [200, 410])
    t.equal((await entries(path)).total, 1)
  })

  await t.test('a request that is tried again charges nothing again', async (t) => {
    const billing = { entitlements: ['team'], seats: 1 }
    const { path } = await organization({ policy: 'surveymonkey', billing })
    const key = { 'idempotency-key': 'overage-1' }
    const first = await post(path, 'once@races.test', key)
    const again = await post(path, 'once@races.test', key)
    t.equal(first.status, 201)
    t.same(again.body, first.body)
    t.equal(again.headers.get('idempotent-replayed'), 'true')
    t.equal((await entries(path)).total, 1)
  })
})
