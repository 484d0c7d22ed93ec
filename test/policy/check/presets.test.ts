import { readFileSync } from 'node:fs'
import t from 'tap'
import { checkPolicy } from '../../../src/policy/check/check-policy.js'
import { PRESETS } from '../../../src/policy/presets.js'

const MILLISECONDS_MAX = 5_000

const WARNINGS = new URL('preset-warnings.json', import.meta.url)
const known = JSON.parse(readFileSync(WARNINGS, 'utf8')) as Record<string, unknown>

await t.test('every preset passes in time, with the warnings that are known', async (t) => {
  t.same(Object.keys(known), [...PRESETS.keys()])
  for (const [key, policy] of PRESETS) {
    const startedAt = performance.now()
    const findings = checkPolicy(policy)
    const milliseconds = performance.now() - startedAt
    t.same(
      findings.filter(({ severity }) => severity === 'error'),
      [],
      `${key} has no errors`
    )
    t.same(findings, known[key], `${key} has the known warnings`)
    t.ok(milliseconds < MILLISECONDS_MAX, `${key} took ${Math.round(milliseconds)} ms`)
  }
})

await t.test('the same policy gives the same findings', async (t) => {
  for (const policy of PRESETS.values()) t.same(checkPolicy(policy), checkPolicy(policy))
})
