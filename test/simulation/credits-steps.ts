import fc from 'fast-check'

const VERBS = {
  top_up: 3,
  expiring: 4,
  allocate: 6,
  reclaim: 2,
  move: 2,
  spend: 6,
  hold: 5,
  capture: 4,
  release: 2,
  refund: 4
} as const
export type CreditVerb = keyof typeof VERBS

const verb = fc.oneof(
  ...Object.entries(VERBS).map(([name, weight]) => ({
    weight,
    arbitrary: fc.constant(name as CreditVerb)
  }))
)

/** One transfer that somebody wants, in numbers that mean something once there is a team. */
const wish = fc.record({
  verb,
  who: fc.nat(7),
  to: fc.nat(7),
  target: fc.nat(40),
  amount: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 3, arbitrary: fc.integer({ min: 41, max: 300 }) },
    { weight: 1, arbitrary: fc.constant(2 ** 53 - 1) }
  ),
  priority: fc.constantFrom(undefined, 1, 50, 50, 51, 90),
  /** Hours. */
  lifetime: fc.integer({ min: 1, max: 30 }),
  key: fc.constantFrom('none', 'none', 'fresh', 'fresh', 'again', 'other'),
  /** Every so often something that is not there, or does not fit. */
  stray: fc.nat(9)
})
export type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never

export const creditStep = fc.oneof(
  { weight: 12, arbitrary: fc.record({ what: fc.constant('single'), wish }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('batch'),
      wishes: fc.array(wish, { minLength: 2, maxLength: 7 }),
      together: fc.boolean()
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('wait'), hours: fc.integer({ min: 1, max: 20 }) })
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('look') }) }
)
export type CreditStep =
  | { readonly what: 'single'; readonly wish: Wish }
  | { readonly what: 'batch'; readonly wishes: readonly Wish[]; readonly together: boolean }
  | { readonly what: 'wait'; readonly hours: number }
  | { readonly what: 'look' }
