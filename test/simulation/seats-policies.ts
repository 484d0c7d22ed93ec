import fc from 'fast-check'

const COUNTABLE = ['invited', 'active', 'suspended', 'reassignment_pending'] as const
/** Who must count where seats are limited: an offer holds the seat that its acceptance takes. */
const HELD = ['invited', 'active', 'reassignment_pending']

const chance = (weight: number) => fc.nat({ max: 99 }).map((n) => n < weight)
const some = <const T>(...values: readonly T[]) => fc.constantFrom(...values)

const MODES = ['prepaid', 'per_member'] as const

const seats = fc
  .record({
    mode: some('hard_cap', 'hard_cap', ...MODES, ...MODES, ...MODES, 'none'),
    limit: some(null, 0, 1, 3, 6),
    counted: fc.subarray([...COUNTABLE]),
    resend: some('refuse', 'charge', 'free')
  })
  .map(({ mode, limit, counted, resend }) => {
    const isLimited = mode === 'hard_cap' || mode === 'prepaid'
    return {
      mode,
      limit,
      counted: COUNTABLE.filter(
        (status) =>
          counted.includes(status) || status === 'active' || (isLimited && HELD.includes(status))
      ),
      resend_expired_when_full: mode === 'prepaid' ? resend : 'refuse'
    }
  })

const PRICES = [
  { plan: 'pro', seat_month: 2_300, resource_month: 500 },
  { plan: 'max', seat_month: 3_501 },
  { plan: 'trial', seat_month: 0, resource_month: 0 }
]

const PAST_DUE = ['invitation', 'resend', 'import', 'signup_page']

const billing = fc
  .record({
    prorated: chance(90),
    credit_on_removal: chance(90),
    past_due_blocks: some([], ['invitation'], ['resend', 'import'], [...PAST_DUE]),
    isListed: chance(60),
    resources_included: some(null, 0, 1, 2)
  })
  .map(({ isListed, credit_on_removal, ...rest }) => ({
    ...rest,
    // What is given back is the rest of what was paid.
    credit_on_removal: rest.prorated && credit_on_removal,
    ...(isListed ? { currency: 'USD', prices: PRICES } : {})
  }))

/** Nothing but seats and money differs: the host asks, who may do everything the policy offers. */
export const seatPolicy = fc.record({
  roles: fc.constant(
    [100, 20].map((rank, index) => {
      const key = index === 0 ? 'owner' : 'member'
      return { key, label: { en: key, fr: key }, rank, permissions: [] }
    })
  ),
  creator_role: fc.constant('owner'),
  default_role: fc.constant('member'),
  seats,
  billing,
  suspension: fc.record({ enabled: chance(85) }),
  reassignment: fc.record({
    enabled: chance(95),
    lifetime: fc.constant('P10D'),
    on_timeout: some('keep_pending', 'restore', 'restore')
  }),
  invitations: fc.constant({
    lifetime: 'P7D',
    fields: { resources: 'optional' },
    resource_choices: ['new', 'existing'],
    rotate_link_on_resend: false,
    cancel_from: ['pending', 'expired']
  }),
  cancellation: fc.record({ expire_credits: chance(75) })
})

/** Where the day begins at other instants than elsewhere, and twice a year at others than before. */
export const timeZone = some(
  'UTC',
  'Pacific/Kiritimati',
  'America/New_York',
  'Asia/Kolkata',
  'Europe/Paris'
)

/** Shortly before: a year, a leap day, the end of February, a change of the clocks. */
export const begin = some(
  '2030-01-01T00:00:00Z',
  '2032-01-29T18:31:07Z',
  '2031-02-26T23:59:59Z',
  '2030-03-08T05:10:00Z',
  '2031-12-30T11:00:00Z'
)

const VERBS = [
  'invite',
  'invite',
  'batch',
  'batch',
  'accept',
  'accept',
  'accept',
  'decline',
  'cancel',
  'remove',
  'suspend',
  'reactivate',
  'reassign',
  'reassign',
  'cancel_reassignment',
  'resend_email',
  'resend_link',
  'import',
  'equip',
  'equip',
  'wait',
  'wait',
  'wait',
  'sweep',
  'push',
  'push',
  'push',
  'end',
  'restore'
] as const

const resources = some(
  null,
  null,
  { choice: 'new', ids: [] },
  { choice: 'existing', ids: ['r1'] },
  { choice: 'existing', ids: ['r1', 'r2', 'r3'] }
)

const MINUTES_OF_DAY = 1_440
const pushed = fc.record({
  status: some('ok', 'ok', 'past_due'),
  seats: some(null, 0, 2, 2, 4, 8),
  plan: some(null, 'pro', 'max', 'trial', 'unlisted'),
  currency: some(null, 'USD', 'USD', 'EUR'),
  seat: some(undefined, 0, 999, 2_300, 2_300, 1_000_000_000),
  resource: some(undefined, 0, 333, 500),
  /** From the first day, which lies so many days from today, so long. */
  period: some('none', 'month', 'month', 'month', 'months_end', 'february', 'year', 'odd'),
  since: some(-40, -9, -9, -1, 0, 3),
  through: some('left_out', 'left_out', 'all', 'before', 'none', 'too_many')
})
export type Pushed = typeof pushed extends fc.Arbitrary<infer T> ? T : never

/** A step, whose numbers pick among whoever is there when it is taken. */
export const step = fc.record({
  verb: some(...VERBS),
  target: fc.nat({ max: 1_000 }),
  other: fc.nat({ max: 1_000 }),
  count: some(2, 3, 5),
  resources,
  pushed,
  seconds: some(
    1_027,
    31_627,
    50_461,
    MINUTES_OF_DAY * 60 - 1,
    MINUTES_OF_DAY * 60 * 3 + 7,
    MINUTES_OF_DAY * 60 * 7,
    MINUTES_OF_DAY * 60 * 10 + 1,
    MINUTES_OF_DAY * 60 * 31 + 4_621
  )
})
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
