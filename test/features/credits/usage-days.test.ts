import t from 'tap'
import { daysOf } from '../../../src/features/credits/usage-days.js'

const days = (from: string, to: string, zone: string) =>
  daysOf({ from: new Date(from), to: new Date(to) }, zone).map(({ day, startsAt }) => [
    day,
    startsAt.toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length)
  ])

await t.test('daysOf', async (t) => {
  await t.test('begins with the span, and goes on at each midnight', async (t) => {
    t.same(days('2030-01-01T15:00Z', '2030-01-03T00:00:00.001Z', 'UTC'), [
      ['2030-01-01', '2030-01-01T15:00'],
      ['2030-01-02', '2030-01-02T00:00'],
      ['2030-01-03', '2030-01-03T00:00']
    ])
    t.same(days('2030-01-01T15:00Z', '2030-01-02T00:00Z', 'UTC').length, 1, 'the end is excluded')
    t.same(days('2030-01-01T18:29:59.999Z', '2030-01-01T18:31Z', 'Asia/Kolkata'), [
      ['2030-01-01', '2030-01-01T18:29'],
      ['2030-01-02', '2030-01-01T18:30']
    ])
  })

  await t.test('has days of 23 and of 25 hours', async (t) => {
    t.same(days('2030-03-30T23:00Z', '2030-04-01T00:00Z', 'Europe/Paris'), [
      ['2030-03-31', '2030-03-30T23:00'],
      ['2030-04-01', '2030-03-31T22:00']
    ])
    t.same(days('2030-10-26T22:00Z', '2030-10-28T00:00Z', 'Europe/Paris'), [
      ['2030-10-27', '2030-10-26T22:00'],
      ['2030-10-28', '2030-10-27T23:00']
    ])
  })

  await t.test('leaves out a day that there was not, and takes zones by any name', async (t) => {
    t.same(
      days('2011-12-29T12:00Z', '2011-12-31T12:00Z', 'Pacific/Apia').map(([day]) => day),
      ['2011-12-29', '2011-12-31', '2012-01-01']
    )
    t.same(days('2030-01-01T00:00Z', '2030-01-01T12:00Z', 'IST').length, 1)
  })

  await t.test('each day of a long span once, whatever the clocks do', async (t) => {
    for (const zone of ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago']) {
      const found = days('2030-01-01T12:00Z', '2031-02-05T12:00Z', zone).map(([day]) => day)
      t.equal(new Set(found).size, found.length, zone)
      t.equal(found.length, 401, zone)
      t.same([...found].sort(), found, zone)
    }
  })
})
