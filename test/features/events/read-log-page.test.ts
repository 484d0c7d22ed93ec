import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { sealLog, tamper, tellEvents, verifyAll } from '../../helpers/sealed-log.js'

/** More than a statement reads at once, and more seals than a page has. */
const MANY_EVENTS = 2_500
const MANY_SEALS = 205

await t.test('many events of one moment and many seals are read page by page', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps } = app
  const { id } = await app.organization()
  for (const retention of [null, 'P30D']) {
    await tellEvents(deps, { organizationId: id, retention, count: MANY_EVENTS, now: START })
  }
  await sealLog(deps)
  for (let seal = 0; seal < MANY_SEALS; seal += 1) {
    // Two of one batch, of which one ends behind the other.
    for (const retention of [null, 'P30D', null]) {
      await tellEvents(deps, { organizationId: id, retention, now: START })
    }
    await sealLog(deps)
  }
  const all = await verifyAll(deps, { organizationId: id })
  t.match(all, { findings: [], unsealed: 0 })
  t.ok(all.seals > 2 * MANY_SEALS)
  t.ok(all.events > 2 * MANY_EVENTS + 3 * MANY_SEALS)

  await tamper(
    deps,
    `update events set policy_version = 7 where position in (
      select last_position from event_seals where number in (1, 2, 100, 203, 300, 400))`
  )
  const { findings } = await verifyAll(deps, { organizationId: id })
  t.equal(findings.length, 6)
  for (const number of [1, 2, 100, 203, 300, 400]) {
    t.ok(
      findings.some((line) => line.startsWith('changed: ') && line.endsWith(`of seal ${number}`)),
      `${number}; found: ${findings.join('; ')}`
    )
  }
})
