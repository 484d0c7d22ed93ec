import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import {
  dayAt,
  daysBetween,
  type Period,
  periodOf,
  prorate,
  restOf,
  wholeMonths
} from '../../../src/features/billing/period.js'
import { DAY_MS } from '../../helpers/app.js'
import { later, monthsOf, numberOf, partOf, periodAt } from '../../simulation/seats-calendar.js'

const RUNS = { seed: 20_261_127, numRuns: 2_000 }

const before = (day: string) => new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10)
const period = (text: string): Period => {
  const [startsOn = '', endsOn = ''] = text.split(' ')
  return { starts_on: startsOn, ends_on: endsOn }
}
const at = (given: string, day: string) => {
  const found = periodOf(period(given), day)
  return found && `${found.starts_on} ${found.ends_on}`
}

await t.test('the calendar day of a time zone', async (t) => {
  const cases: Record<string, [zone: string, lastInstant: string, day: string][]> = {
    'is another one elsewhere': [
      ['UTC', '2030-01-01T00:00:00Z', '2030-01-01'],
      ['Pacific/Kiritimati', '2029-12-31T10:00:00Z', '2030-01-01'],
      ['America/New_York', '2030-01-01T05:00:00Z', '2030-01-01'],
      ['Asia/Kolkata', '2029-12-31T18:30:00Z', '2030-01-01'],
      ['Asia/Kathmandu', '2029-12-31T18:15:00Z', '2030-01-01']
    ],
    'begins at midnight there, before, on and after the day of 23 hours': [
      ['America/New_York', '2030-03-10T05:00:00Z', '2030-03-10'],
      ['America/New_York', '2030-03-11T04:00:00Z', '2030-03-11'],
      ['Europe/Paris', '2030-03-30T23:00:00Z', '2030-03-31'],
      ['Europe/Paris', '2030-03-31T22:00:00Z', '2030-04-01']
    ],
    'and of 25': [
      ['America/New_York', '2030-11-03T04:00:00Z', '2030-11-03'],
      ['America/New_York', '2030-11-04T05:00:00Z', '2030-11-04'],
      ['Europe/Paris', '2030-10-26T22:00:00Z', '2030-10-27'],
      ['Europe/Paris', '2030-10-27T23:00:00Z', '2030-10-28']
    ]
  }
  for (const [what, days] of Object.entries(cases)) {
    for (const [zone, instant, day] of days) {
      const first = new Date(instant)
      t.equal(dayAt(first, zone), day, `${what}: ${zone}`)
      t.equal(dayAt(new Date(first.getTime() - 1), zone), before(day), `${what}, just before`)
    }
  }
  t.equal(dayAt(new Date('2011-12-30T09:59:59.999Z'), 'Pacific/Apia'), '2011-12-29')
  t.equal(dayAt(new Date('2011-12-30T10:00:00Z'), 'Pacific/Apia'), '2011-12-31', 'a day left out')
})

await t.test('the period of a day', async (t) => {
  await t.test('is the one that was told, from its first day to the last', async (t) => {
    const told = '2030-11-05 2030-12-05'
    for (const day of ['2030-11-05', '2030-11-30', '2030-12-04']) t.equal(at(told, day), told)
    t.equal(at(told, '2030-11-04'), undefined, 'nothing is known of the time before')
    t.equal(at(told, '2030-12-05'), '2030-12-05 2031-01-05', 'the end belongs to the next')
  })

  await t.test('that ends with the month begins with the next one’s end', async (t) => {
    const told = '2030-01-31 2030-02-28'
    t.equal(at(told, '2030-02-27'), told)
    t.equal(at(told, '2030-02-28'), '2030-02-28 2030-03-31')
    t.equal(at(told, '2030-03-30'), '2030-02-28 2030-03-31')
    t.equal(at(told, '2030-03-31'), '2030-03-31 2030-04-30')
    t.equal(at(told, '2030-05-01'), '2030-04-30 2030-05-31')
    t.equal(at(told, '2032-02-28'), '2032-01-31 2032-02-29', 'of a leap year')
    t.equal(at(told, '2032-02-29'), '2032-02-29 2032-03-31')
    t.equal(at('2032-01-31 2032-02-29', '2032-03-01'), '2032-02-29 2032-03-31')
    t.equal(at('2032-01-30 2032-02-29', '2032-04-29'), '2032-03-30 2032-04-30')
  })

  await t.test('that was told from the end of February on knows which day it is', async (t) => {
    t.equal(at('2030-02-28 2030-03-31', '2030-04-01'), '2030-03-31 2030-04-30')
    t.equal(at('2030-02-28 2030-03-30', '2031-02-27'), '2031-01-30 2031-02-28')
    t.equal(at('2030-02-28 2030-03-28', '2030-04-01'), '2030-03-28 2030-04-28')
    t.equal(at('2030-04-30 2030-05-31', '2030-06-30'), '2030-06-30 2030-07-31')
  })

  await t.test('of a year, a quarter and two years', async (t) => {
    t.equal(at('2030-03-01 2031-03-01', '2033-02-28'), '2032-03-01 2033-03-01')
    t.equal(at('2032-02-29 2033-02-28', '2034-03-01'), '2034-02-28 2035-02-28')
    t.equal(at('2032-02-29 2033-02-28', '2036-03-01'), '2036-02-29 2037-02-28', 'leap again')
    t.equal(at('2030-01-15 2030-04-15', '2030-12-31'), '2030-10-15 2031-01-15')
    t.equal(at('2030-06-01 2032-06-01', '2033-06-01'), '2032-06-01 2034-06-01')
  })

  await t.test('of so many days, across months, leap days and changed clocks', async (t) => {
    t.equal(at('2030-01-01 2030-01-15', '2030-01-29'), '2030-01-29 2030-02-12')
    t.equal(at('2032-02-20 2032-03-08', '2032-03-10'), '2032-03-08 2032-03-25')
    t.equal(at('2030-03-05 2030-03-12', '2030-03-31'), '2030-03-26 2030-04-02')
    t.equal(at('2030-05-01 2030-05-02', '2031-05-01'), '2031-05-01 2031-05-02', 'a single day')
  })

  await t.test('has so many months, where it has whole ones', async (t) => {
    const cases: Record<string, number> = {
      '2030-11-01 2030-12-01': 1,
      '2030-01-31 2030-02-28': 1,
      '2032-01-31 2032-02-28': 0,
      '2032-01-31 2032-02-29': 1,
      '2030-02-28 2030-03-31': 1,
      '2030-02-27 2030-03-31': 0,
      '2030-11-01 2030-12-02': 0,
      '2030-01-01 2031-01-01': 12,
      '2032-02-29 2033-02-28': 12,
      '2030-01-01 2030-01-31': 0,
      '2030-01-05 2030-01-25': 0
    }
    for (const [text, months] of Object.entries(cases)) {
      t.equal(wholeMonths(period(text)), months, text)
    }
  })
})

const someDay = fc.integer({ min: 0, max: 3_000 }).map((days) => later('2029-11-20', days))
const somePeriod = fc.oneof(
  fc.tuple(someDay, fc.integer({ min: 1, max: 400 })).map(([day, days]) => ({
    starts_on: day,
    ends_on: later(day, days)
  })),
  // Whole months, also such as lack the day.
  fc
    .tuple(someDay, fc.constantFrom(28, 29, 30, 31, 59, 61, 90, 92, 365, 366))
    .map(([day, days]) => ({
      starts_on: day,
      ends_on: later(day, days)
    }))
)

await t.test('a calendar that counts by itself agrees on every period', async (t) => {
  const agrees = fc.property(somePeriod, someDay, (given, day) => {
    const days = numberOf(day) - numberOf(given.starts_on)
    return (
      isDeepStrictEqual(periodOf(given, day), periodAt(given, day)) &&
      wholeMonths(given) === (monthsOf(given) ?? 0) &&
      daysBetween(given.starts_on, day) === days
    )
  })
  const { failed, counterexample } = fc.check(agrees, RUNS)
  t.notOk(failed, JSON.stringify(counterexample))
})

await t.test('periods follow each other without a gap, each day is in one', async (t) => {
  for (const text of ['2030-01-31 2030-02-28', '2032-02-29 2033-02-28', '2030-01-01 2030-01-18']) {
    const given = period(text)
    let last = given
    for (let days = 0; days < 1_500; days += 1) {
      const day = later(given.starts_on, days)
      const found = periodOf(given, day) ?? given
      const isNext = found.starts_on === last.ends_on
      if (found.starts_on !== last.starts_on && !isNext) t.fail(`a gap before ${day}`)
      if (day < found.starts_on || day >= found.ends_on) t.fail(`${day} is not in its period`)
      last = found
    }
    t.ok(last.starts_on > given.ends_on, text)
  }
})

await t.test('OP-80 OP-84: a charge has the day itself, a credit begins on the next', async (t) => {
  const november = period('2030-11-01 2030-12-01')
  const share = (day: string, counting: 'today' | 'tomorrow') => {
    const { days, of } = restOf(november, day, counting)
    return [days, of]
  }
  t.same(share('2030-11-01', 'today'), [30, 30], 'all of it')
  t.same(share('2030-11-16', 'today'), [15, 30])
  t.same(share('2030-11-30', 'today'), [1, 30], 'its last day')
  t.same(share('2030-11-16', 'tomorrow'), [14, 30])
  t.same(share('2030-11-30', 'tomorrow'), [0, 30], 'nothing is left')
  t.same(restOf(period('2032-02-29 2033-02-28'), '2032-03-01', 'today').days, 364)
})

const share = fc
  .tuple(fc.integer({ min: 1, max: 3_660 }), fc.nat({ max: 1_000_000 }))
  .map(([of, number]) => ({ days: number % (of + 1), of }))
/** A hundred of the dearest. */
const price = fc.oneof(fc.nat({ max: 5_000 }), fc.nat({ max: 100_000_000_000 }))

await t.test('a share of a price', async (t) => {
  await t.test('is rounded once, half a unit up', async (t) => {
    t.equal(prorate(1, { days: 1, of: 2 }), 1)
    t.equal(prorate(1, { days: 1, of: 3 }), 0)
    t.equal(prorate(2, { days: 1, of: 3 }), 1)
    t.equal(prorate(2_300, { days: 15, of: 30 }), 1_150)
    t.equal(prorate(2_300, { days: 14, of: 30 }), 1_073)
    t.equal(prorate(2_300, { days: 1, of: 31 }), 74)
  })

  await t.test('is exact, whatever it is of', async (t) => {
    fc.assert(
      fc.property(price, share, (price, { days, of }) => {
        const amount = prorate(price, { days, of })
        if (amount !== partOf(price, days, of)) throw new Error(`${price} ${days}/${of}`)
        // At most half a unit away from the fraction.
        const off = 2n * (BigInt(amount) * BigInt(of) - BigInt(price) * BigInt(days))
        if (off > BigInt(of) || off <= -BigInt(of)) throw new Error(`${amount} is too far`)
      }),
      RUNS
    )
    t.equal(prorate(100_000_000_000, { days: 3_659, of: 3_660 }), 99_972_677_596)
  })

  await t.test('of more days is never less: nobody gets back more than was paid', async (t) => {
    fc.assert(
      fc.property(price, share, fc.nat({ max: 3_660 }), (price, { days, of }, fewer) => {
        const paid = prorate(price, { days, of })
        const back = prorate(price, { days: Math.max(0, days - fewer), of })
        if (back > paid) throw new Error(`${back} of ${paid}`)
      }),
      RUNS
    )
    t.equal(prorate(2_300, { days: 30, of: 30 }), 2_300, 'all days are the price')
    t.equal(prorate(2_300, { days: 0, of: 30 }), 0)
    t.equal(prorate(0, { days: 12, of: 30 }), 0)
  })
})
