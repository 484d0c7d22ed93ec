import type { IncomingMessage } from 'node:http'
import t from 'tap'
import type { OrgContext } from '../../../src/context.js'
import { POOL_HOLDER } from '../../../src/db/tables/credits.js'
import { createLedger, type TransferGroup } from '../../../src/features/credits/ledger.js'
import type { TransferRequest } from '../../../src/features/credits/transfer-request.js'
import { PolicyDocument } from '../../../src/policy/document.js'
import { PRESETS } from '../../../src/policy/presets.js'
import { type Answer, createTestApp, openDeps, START } from '../../helpers/app.js'
import {
  conservation,
  creditsOf,
  lockAccounts,
  secondInstance,
  teamWithCredits
} from '../../helpers/credits.js'
import { until, untilBlocked } from '../../helpers/database.js'
import { createCreditModel, type Keyed } from '../../simulation/credits-model.js'

const POLICY = PolicyDocument.parse(PRESETS.get('oupi'))
/** As many transfers as may wait in an instance. */
const WAITING_MAX = 1_000

await t.test('the engine of the ledger', async (t) => {
  const app = await createTestApp(t)
  const { deps, clock } = app
  const beside = openDeps(app.databaseUrl, () => clock.now)
  t.teardown(() => beside.close())
  const second = await secondInstance(t, app)

  /** While somebody else has the pool. */
  async function whilePoolIsLocked<T>(id: string, work: () => Promise<T>): Promise<T> {
    return beside.db.transaction(async (tx) => {
      await lockAccounts(tx, id, [POOL_HOLDER])
      return work()
    })
  }
  const said = ({ status, body }: Answer) => (status < 300 ? 'ok' : String(body.code))

  await t.test('answers many that come together as if they came one by one', async (t) => {
    const org = await teamWithCredits(app, { members: 4, pool: 1_000 })
    const model = createCreditModel('allocated', org.members)
    model.tick(START.getTime())
    model.judgeEach([{ kind: 'top_up', amount: 1_000 }])
    const [ana = '', bo = '', cid = '', dan = ''] = org.members
    for (const member_id of org.members) {
      await org.allocate(member_id, 100)
      model.judgeEach([{ kind: 'allocate', member_id, amount: 100 }])
    }
    const wanted = Array.from({ length: 100 }, (_, n): Keyed => {
      const amount = 1 + (n % 13)
      return pick<Keyed>(
        [
          { kind: 'spend', member_id: ana, amount },
          { kind: 'spend', amount },
          { kind: 'move', member_id: bo, to_member_id: cid, amount },
          { kind: 'allocate', member_id: dan, amount },
          { kind: 'move', member_id: cid, to_member_id: bo, amount: amount * 3 },
          { kind: 'reclaim', member_id: dan, amount: amount * 2 },
          { kind: 'hold', member_id: ana, amount }
        ],
        n
      )
    })
    const answers = await Promise.all(wanted.map((one) => org.transfer(one)))
    t.same(
      [...new Set(answers.map(said))].filter(
        (one) => one !== 'ok' && one !== 'insufficient_credits'
      ),
      []
    )
    const done = answers
      .map((answer, n) => ({ answer, wanted: wanted[n] ?? { kind: 'none' } }))
      .filter(({ answer }) => answer.status === 201)
      .sort((one, other) => (one.answer.body.id < other.answer.body.id ? -1 : 1))
    t.ok(done.length > 50)
    t.same(
      done.map(({ answer: { body } }) => `${body.kind} ${body.amount}: ${body.balance}`),
      done.map(({ wanted }) => told(model.judgeEach([wanted])))
    )
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('keeps the order in which they come', async (t) => {
    const org = await teamWithCredits(app, { members: 3, pool: 3_000 })
    const model = createCreditModel('allocated', org.members)
    model.tick(START.getTime())
    model.judgeEach([{ kind: 'top_up', amount: 3_000 }])
    const ledger = createLedger(deps)
    const wanted = Array.from({ length: 500 }, (_, n): Keyed => {
      const [member_id, to_member_id] = [pick(org.members, n), pick(org.members, n + 1)]
      const amount = 1 + ((n * 7) % 40)
      const kind = pick(['allocate', 'spend', 'move', 'reclaim', 'spend', 'hold'], n)
      if (kind === 'move') return { kind, member_id, to_member_id, amount }
      return n % 11 === 0 ? { kind: 'spend', amount } : { kind, member_id, amount }
    })
    // Without a pause between them, so that they go in batches.
    const outcomes = await Promise.all(
      wanted.map((one) => ledger.transfer(groupOf(org.id, requestOf(one))))
    )
    const lines = outcomes.flat().map((outcome) => {
      if (outcome.status === 'refused') return outcome.problem.definition.code
      if (outcome.status !== 'created') return outcome.status
      return `${outcome.transfer.kind} ${outcome.transfer.amount}: ${outcome.transfer.balance}`
    })
    const expected = wanted.map((one) => told(model.judgeEach([one])))
    t.same(lines, expected)
    t.ok(new Set(lines).has('insufficient_credits'), 'and some are refused on their turn')
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('lets one that is refused keep nobody else from it', async (t) => {
    const org = await teamWithCredits(app, { members: 1, pool: 100 })
    const nobody = org.members[0]?.replace(/.{4}$/, 'zzzz') ?? ''
    const requests = [
      ...Array.from({ length: 20 }, () => org.spend(1)),
      org.spend(1, { member_id: nobody }),
      org.topUp(2 ** 53 - 1),
      org.refund('trf_01jd3v8k2ffb5t0m5r6w9x7y3z'),
      org.spend(1_000),
      org.batch([{ kind: 'spend', amount: 1_000 }], { all_or_nothing: true }),
      org.batch(
        [
          { kind: 'top_up', amount: 5 },
          { kind: 'spend', amount: 1_000 }
        ],
        {
          all_or_nothing: true
        }
      ),
      org.batch([
        { kind: 'spend', amount: 1_000 },
        { kind: 'spend', amount: 1 }
      ]),
      ...Array.from({ length: 20 }, () => org.spend(1))
    ]
    const answers = await Promise.all(requests)
    t.same(answers.slice(0, 20).map(said), Array(20).fill('ok'))
    t.same(answers.slice(-20).map(said), Array(20).fill('ok'))
    t.same(answers.slice(20, 24).map(said), [
      'unknown_member',
      'credit_amount_too_large',
      'unknown_transfer',
      'insufficient_credits'
    ])
    const batches = answers.slice(24, 27).map(({ body }) => body.data)
    t.match(batches, [
      [{ status: 'error', problem: { code: 'insufficient_credits' } }],
      [
        { status: 'error', problem: { code: 'not_done' } },
        { status: 'error', problem: { code: 'insufficient_credits' } }
      ],
      [{ status: 'error' }, { status: 'created' }]
    ])
    t.match((await org.get('credits')).body, { total: 100, spent: 41 })
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('tells whoever would wait for long, at once', async (t) => {
    const org = await teamWithCredits(app, { pool: 10_000 })
    const hundred = Array.from({ length: 100 }, () => ({ kind: 'spend', amount: 1 }))
    const refused: Answer[] = []
    const waiting = await whilePoolIsLocked(org.id, async () => {
      const first = org.spend(1)
      await untilBlocked(beside.db)
      const crowd = Array.from({ length: WAITING_MAX / 100 + 4 }, () => org.batch(hundred))
      // The others do not answer before the pool is free.
      for (const one of crowd) void one.then((answer) => refused.push(answer))
      await until(async () => refused.length === 4)
      const late = org.spend(1)
      refused.push(await late)
      return [first, ...crowd]
    })
    t.equal(refused.length, 5)
    for (const { status, headers, body } of refused) {
      t.match({ status, body }, { status: 429, body: { code: 'ledger_busy', retry_after: 1 } })
      t.equal(headers.get('retry-after'), '1')
    }
    const answers = await Promise.all(waiting)
    t.equal(answers.filter(({ status }) => status === 200).length, WAITING_MAX / 100)
    t.equal(answers[0]?.status, 201)
    t.match((await org.get('credits')).body, { spent: WAITING_MAX + 1 }, 'nothing else was done')
    t.equal((await org.spend(1)).status, 201, 'and it goes on')
  })

  await t.test('answers whoever waits before it stops', async (t) => {
    const org = await teamWithCredits(app, { pool: 1_000 })
    const third = await secondInstance(t, app)
    // Clients keep their connections: a process that stops ends those that are idle.
    third.app.server.keepAliveTimeout = 50
    const there = creditsOf(third.call, org.path)
    let read = 0
    third.app.server.on('request', (request: IncomingMessage) => {
      request.on('end', () => {
        read += 1
      })
    })
    const { answers, closing } = await whilePoolIsLocked(org.id, async () => {
      const answers = Array.from({ length: 30 }, () => there.spend(1))
      await untilBlocked(beside.db)
      while (read < 30) await new Promise((resolve) => setImmediate(resolve))
      const closing = third.app.close()
      return { answers, closing }
    })
    t.same((await Promise.all(answers)).map(said), Array(30).fill('ok'))
    await closing
    t.match((await org.get('credits')).body, { spent: 30 })
    await t.rejects(there.spend(1), 'nobody is there any more')
  })

  await t.test('credits.low and credits.exhausted are told once for each crossing', async (t) => {
    const org = await teamWithCredits(app, { members: 1, pool: 200 })
    const [ana = ''] = org.members
    await org.allocate(ana, 100)
    const other = creditsOf(second.call, org.path)
    const told = async (type: string, id: string) => {
      const { body } = await org.get(`events?type=credits.${type}&limit=100`)
      return body.data.filter(({ subject }: { subject: { id: string } }) => subject.id === id)
    }
    const drain = (fields = {}) =>
      Promise.all(
        Array.from({ length: 55 }, (_, n) =>
          (n % 2 === 0 ? org : other).batch([
            { kind: 'spend', amount: 1, ...fields },
            { kind: 'spend', amount: 1, ...fields }
          ])
        )
      )
    await drain({ member_id: ana })
    t.match(await told('low', ana), [{ data: { account: 'member', percent: 20, balance: 20 } }])
    t.match(await told('exhausted', ana), [{ data: { account: 'member', balance: 0 } }])
    t.equal((await told('low', ana)).length, 1)
    t.equal((await told('exhausted', ana)).length, 1)

    await drain()
    t.match(await told('low', org.id), [{ data: { account: 'pool', percent: 20, balance: 40 } }])
    t.equal((await told('low', org.id)).length, 1)
    t.equal((await told('exhausted', org.id)).length, 1)

    await org.topUp(100)
    await org.spend(50)
    t.equal((await told('low', org.id)).length, 2, 'whoever has had more again is told again')
    await org.batch(
      [
        { kind: 'spend', amount: 50 },
        { kind: 'spend', amount: 9_999 }
      ],
      {
        all_or_nothing: true
      }
    )
    t.equal((await told('exhausted', org.id)).length, 1, 'not of what was not done')
    await drain()
    t.equal((await told('exhausted', org.id)).length, 2)
    t.equal((await told('low', org.id)).length, 2)
    t.same(await conservation(deps.db, org.id), [])
  })

  function groupOf(organizationId: string, request: TransferRequest): TransferGroup {
    const actor = { type: 'api_key', id: 'key_01jd3v8k2ffb5t0m5r6w9x7y3z', name: 'host' } as const
    const credits = { ...POLICY.credits, modes: ['allocated' as const], low_at: [] }
    const policy = { ...POLICY, credits, notifications: [] }
    const ctx: OrgContext = {
      actor,
      caller: [actor.id],
      channel: null,
      locale: 'en',
      now: clock.now,
      organizationId,
      policy: { key: 'oupi', version: 1, policy },
      requestId: null,
      standing: { status: 'active', entitlements: [], billingStatus: 'ok' }
    }
    return { ctx, requests: [request], isWhole: false }
  }
})

function requestOf({ kind, amount, member_id, to_member_id }: Keyed): TransferRequest {
  const expires = kind === 'hold' ? { expiresAt: new Date(START.getTime() + 60_000) } : {}
  const request = { kind, amount, memberId: member_id, toMemberId: to_member_id, ...expires }
  return request as TransferRequest
}

function told([judged]: ReturnType<ReturnType<typeof createCreditModel>['judgeEach']>): string {
  if (judged === undefined || typeof judged === 'string') return String(judged)
  return `${judged.kind} ${judged.amount}: ${judged.balance}`
}

function pick<T>(list: readonly T[], number: number): T {
  const found = list[number % list.length]
  if (found === undefined) throw new Error('there is nothing to pick')
  return found
}
