import t from 'tap'
import {
  dayAt,
  daysBetween,
  periodOf,
  prorate,
  restOf,
  wholeMonths
} from '../../../src/features/billing/period.js'

const span = (starts_on: string, ends_on: string) => ({ starts_on, ends_on })

await t.test('a day is what the calendar of the place says', async (t) => {
  const midnight = new Date('2026-11-01T00:00:00.000Z')
  t.equal(dayAt(midnight, 'UTC'), '2026-11-01')
  t.equal(dayAt(midnight, 'America/New_York'), '2026-10-31')
  t.equal(dayAt(midnight, 'Pacific/Kiritimati'), '2026-11-01')
  t.equal(dayAt(new Date('2026-10-31T10:00:00.000Z'), 'Pacific/Kiritimati'), '2026-11-01')
  // The night in which clocks go back has two hours called one; it is one day all the same.
  t.equal(dayAt(new Date('2026-10-25T00:30:00.000Z'), 'Europe/Paris'), '2026-10-25')
  t.equal(dayAt(new Date('2026-10-25T22:59:59.999Z'), 'Europe/Paris'), '2026-10-25')
  t.equal(dayAt(new Date('2026-10-25T23:00:00.000Z'), 'Europe/Paris'), '2026-10-26')
})

await t.test('days between are calendar days, leap days among them', async (t) => {
  t.equal(daysBetween('2026-03-28', '2026-03-30'), 2, 'over a change of clocks')
  t.equal(daysBetween('2028-02-01', '2028-03-01'), 29)
  t.equal(daysBetween('2026-02-01', '2026-03-01'), 28)
  t.equal(daysBetween('2027-11-01', '2028-11-01'), 366)
})

await t.test('a period that is over is followed by others of its length', async (t) => {
  const november = span('2026-11-01', '2026-12-01')
  t.equal(periodOf(november, '2026-10-31'), undefined, 'nothing is said of what was before')
  t.same(periodOf(november, '2026-11-01'), november)
  t.same(periodOf(november, '2026-11-30'), november)
  t.same(periodOf(november, '2026-12-01'), span('2026-12-01', '2027-01-01'))
  t.same(periodOf(november, '2028-02-29'), span('2028-02-01', '2028-03-01'))

  const atMonthsEnd = span('2027-12-31', '2028-01-31')
  t.same(periodOf(atMonthsEnd, '2028-02-10'), span('2028-01-31', '2028-02-29'))
  t.same(periodOf(atMonthsEnd, '2028-02-28'), span('2028-01-31', '2028-02-29'))
  t.same(periodOf(atMonthsEnd, '2028-02-29'), span('2028-02-29', '2028-03-31'), 'comes back to it')
  t.same(periodOf(atMonthsEnd, '2028-04-30'), span('2028-04-30', '2028-05-31'))

  const leapYear = span('2028-02-29', '2029-02-28')
  t.same(periodOf(leapYear, '2029-03-01'), span('2029-02-28', '2030-02-28'))
  t.same(periodOf(leapYear, '2032-03-01'), span('2032-02-29', '2033-02-28'))

  const quarter = span('2026-11-15', '2027-02-15')
  t.same(periodOf(quarter, '2027-08-14'), span('2027-05-15', '2027-08-15'))
  t.same(periodOf(quarter, '2027-08-15'), span('2027-08-15', '2027-11-15'))

  const tenDays = span('2026-11-01', '2026-11-11')
  t.same(periodOf(tenDays, '2026-11-30'), span('2026-11-21', '2026-12-01'))
  t.equal(wholeMonths(tenDays), 0)
  t.equal(wholeMonths(quarter), 3)
  t.equal(wholeMonths(span('2026-11-01', '2027-11-01')), 12)
})

await t.test('a charge has the day itself, a credit begins on the next', async (t) => {
  const november = span('2026-11-01', '2026-12-01')
  t.match(restOf(november, '2026-11-01', 'today'), { days: 30, of: 30 })
  t.match(restOf(november, '2026-11-16', 'today'), { days: 15, of: 30 })
  t.match(restOf(november, '2026-11-30', 'today'), { days: 1, of: 30 })
  t.match(restOf(november, '2026-11-30', 'tomorrow'), { days: 0, of: 30 })
})

await t.test('shares are exact, rounded half up once, and never give back more', async (t) => {
  t.equal(prorate(2_300, { days: 15, of: 30 }), 1_150)
  t.equal(prorate(1, { days: 1, of: 2 }), 1, 'half up')
  t.equal(prorate(1, { days: 1, of: 3 }), 0)
  t.equal(prorate(0, { days: 7, of: 30 }), 0)
  t.equal(prorate(1_000, { days: 30, of: 30 }), 1_000)
  t.equal(prorate(9_007_199_254_740_991, { days: 365, of: 366 }), 8_982_589_420_711_644)
  for (const price of [1, 99, 1_501, 35_000, 999_999_999]) {
    for (const of of [28, 29, 30, 31, 365, 366]) {
      for (let days = 1; days <= of; days += 1) {
        const charged = prorate(price, { days, of })
        const twice = 2n * BigInt(charged) * BigInt(of) - 2n * BigInt(price) * BigInt(days)
        const isNearest = twice <= BigInt(of) && twice > -BigInt(of)
        if (!isNearest || prorate(price, { days: days - 1, of }) > charged) {
          t.fail(`${price} for ${days} of ${of} is ${charged}`)
        }
      }
    }
  }
  t.pass('nearest for every price, day and length of a period')
})
