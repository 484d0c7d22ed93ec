import fc from 'fast-check'
import t, { type Test } from 'tap'
import { Problem } from '../../../src/errors.js'
import {
  type Claim,
  divide,
  type Pot,
  planAllocation
} from '../../../src/features/credit-allocations/plan-allocation.js'

const MOST = Number.MAX_SAFE_INTEGER

const sum = (amounts: readonly number[]) => amounts.reduce((all, one) => all + BigInt(one), 0n)
const claims = (weights: readonly number[], status: Claim['status'] = 'active'): Claim[] =>
  weights.map((weight, index) => ({ memberId: `mem_${index}`, status, weight }))
const one = (total: number, fields: Partial<Claim> = {}): Pot => ({
  total,
  claims: claims([1]).map((claim) => ({ ...claim, ...fields }))
})
const whole = (pool: number) => ({ pool, partial: false })
const partial = (pool: number) => ({ pool, partial: true })
const statuses = (plan: ReturnType<typeof planAllocation>) =>
  plan.shares.map(({ status, problem }) => problem?.definition.code ?? status)

/** Its code and what it tells. */
function refusal(work: () => unknown) {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [error.definition.code, error.members]
  }
}

const holds = <T>(t: Test, property: fc.IProperty<T>) => {
  t.doesNotThrow(() => {
    fc.assert(property)
  })
}

const credits = fc.integer({ min: 1, max: MOST })
const weight = fc.integer({ min: 1, max: 1_000_000 })
const weights = fc.array(weight, { minLength: 1, maxLength: 50 })

await t.test('divide', async (t) => {
  await t.test('loses and makes no credit, and gives each what its weight is worth', async (t) => {
    holds(
      t,
      fc.property(credits, weights, (total, weights) => {
        const shares = divide(total, weights)
        const rest = BigInt(total) - sum(shares)
        const all = sum(weights)
        return (
          rest >= 0n &&
          rest < BigInt(weights.length) &&
          shares.every((share, index) => {
            // Between the exact share and one credit less.
            const short = BigInt(total) * BigInt(weights[index] ?? 0) - BigInt(share) * all
            return short >= 0n && short < all
          })
        )
      })
    )
    t.same(divide(MOST, [1_000_000, 1]), [9_007_190_247_550_743, 9_007_190_247])
  })

  await t.test('gives the same for the same weight, and no less for more', async (t) => {
    holds(
      t,
      fc.property(credits, weights, weight, (total, weights, weight) => {
        const [one = 0, two = 0, three = 0] = divide(total, [
          weight,
          weight,
          weight + 1,
          ...weights
        ])
        return one === two && three >= two
      })
    )
  })

  await t.test('divides nothing into nothing', async (t) => {
    t.same(divide(0, [1, 2]), [0, 0])
    t.same(divide(5, []), [])
  })
})

await t.test('planAllocation', async (t) => {
  const pot = fc.record({
    total: fc.integer({ min: 0, max: 1_000 }),
    claims: fc
      .array(
        fc.record({
          weight,
          status: fc.constantFrom('active', 'invited', 'suspended', undefined)
        }),
        { minLength: 1, maxLength: 10 }
      )
      .map((some) => some.map((claim, index): Claim => ({ memberId: `mem_${index}`, ...claim })))
  })
  const pots = fc.array(pot, { minLength: 1, maxLength: 10 })

  await t.test('gives what it says, and never more than there is or was asked', async (t) => {
    holds(
      t,
      fc.property(pots, fc.integer({ min: 0, max: 10_000 }), (pots, pool) => {
        const { asked, total, shares } = planAllocation(pots, partial(pool))
        const given = shares.filter(({ status }) => status === 'created')
        return (
          sum(given.map(({ amount }) => amount)) === BigInt(total) &&
          total <= Math.min(pool, asked) &&
          asked === pots.reduce((all, { total }) => all + total, 0) &&
          shares.length === pots.reduce((all, { claims }) => all + claims.length, 0) &&
          given.every(({ amount }) => amount > 0) &&
          shares.every(({ amount, status }) => (status === 'unchanged' ? amount === 0 : true))
        )
      })
    )
  })

  await t.test('as a whole gives everybody theirs, or nothing to anybody', async (t) => {
    holds(
      t,
      fc.property(pots, fc.integer({ min: 0, max: 10_000 }), (pots, pool) => {
        const bit = planAllocation(pots, partial(MOST))
        const suffices = bit.total <= pool && !statuses(bit).includes('unchanged')
        // Of somebody who gets an error of their own no share is looked at.
        try {
          const plan = planAllocation(pots, whole(pool))
          return suffices && plan.total === bit.total
        } catch {
          return !suffices
        }
      })
    )
  })

  await t.test(
    'in part gives in order, and passes over whom it does not suffice for',
    async (t) => {
      const amounts = [400, 300, 200, 100].map((total) => one(total))
      const plan = planAllocation(amounts, partial(600))
      t.same(statuses(plan), ['created', 'insufficient_credits', 'created', 'insufficient_credits'])
      t.match(plan, { asked: 1_000, total: 600 })
      t.match(plan.shares[1]?.problem?.members, { available: 200, needed: 300 })
      t.match(plan.shares[3]?.problem?.members, { available: 0, needed: 100 })
      t.match(
        refusal(() => planAllocation(amounts, whole(999))),
        ['insufficient_credits', { available: 999, needed: 1_000 }]
      )
      t.equal(planAllocation(amounts, whole(1_000)).total, 1_000)
    }
  )

  await t.test('leaves a share of nothing, unless everybody must get some', async (t) => {
    const pots = [{ total: 10, claims: claims([1, 100]) }]
    const plan = planAllocation(pots, partial(10))
    t.same(statuses(plan), ['unchanged', 'created'])
    t.match(plan, { asked: 10, total: 9 })
    t.match(
      refusal(() => planAllocation(pots, whole(10))),
      ['share_below_one_credit', { total: 10, shares: 2 }]
    )
  })

  await t.test('gives nobody more because another cannot be given theirs', async (t) => {
    const mixed = [{ total: 10, claims: [...claims([1]), ...claims([1], 'suspended')] }]
    for (const how of [whole(10), partial(10)]) {
      const plan = planAllocation(mixed, how)
      t.same(statuses(plan), ['created', 'credits_frozen'])
      t.match(plan, { asked: 10, total: 5 })
    }
    const gone = [one(5, { status: 'removed' }), one(5, { status: undefined })]
    const plan = planAllocation(gone, whole(0))
    t.same(statuses(plan), ['credits_frozen', 'unknown_member'])
    t.match(plan, { asked: 10, total: 0 })
  })

  await t.test('refuses a sum that no number holds, and more than it does at once', async (t) => {
    t.equal(planAllocation([one(MOST - 1), one(1)], whole(MOST)).total, MOST)
    t.match(
      refusal(() => planAllocation([one(MOST), one(1)], whole(MOST))),
      ['credit_amount_too_large', {}]
    )
    const many = (count: number) => [{ total: count, claims: claims(Array(count).fill(1)) }]
    t.equal(planAllocation(many(10_000), whole(MOST)).shares.length, 10_000)
    t.match(
      refusal(() => planAllocation(many(10_001), whole(MOST))),
      ['too_many_recipients', { max: 10_000 }]
    )
  })
})
