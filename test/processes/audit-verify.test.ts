import t from 'tap'
import { parseKeyRing } from '../../src/crypto/key-ring.js'
import { createSigner } from '../../src/crypto/signer.js'
import { createTestApp, START } from '../helpers/app.js'
import { deploymentOn, PATIENCE_MS, runMuster } from '../helpers/processes.js'
import { sealLog, tamper, tellEvents } from '../helpers/sealed-log.js'

t.setTimeout(5 * PATIENCE_MS)

await t.test('muster audit verify tells what is not as it was sealed', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const environment = deploymentOn(app.databaseUrl)
  const keys = parseKeyRing(environment['MUSTER_ENCRYPTION_KEYS'] ?? '')
  if (!keys) throw new Error('what is generated can be parsed')
  // Sealed by the deployment that verifies.
  const deps = { ...app.deps, signer: createSigner(keys, 'muster audit seal') }
  const { id } = await app.organization()
  await sealLog(deps)
  const [event] = await tellEvents(deps, { organizationId: id, now: START })
  await sealLog(deps)
  await tellEvents(deps, { organizationId: id, now: START })
  const verify = (...options: string[]) =>
    runMuster(t, ['audit', 'verify', ...options], environment)

  const all = await verify()
  t.match(all, { code: 0, stderr: '' })
  t.match(
    all.stdout,
    /^2 organizations, 3 seals, \d+ events, 1 not sealed yet\.\nThe log is as it was sealed\.\n$/
  )
  const one = await verify('--organization', id)
  t.equal(one.code, 0)
  const [, head = ''] = /^Head: (2:[0-9a-f]{64})$/m.exec(one.stdout) ?? []
  t.match(await verify('--organization', id, '--head', head), { code: 0 })

  await tamper(
    deps,
    `update event_personal set leaves = jsonb_set(leaves, '{actor_name,0}', '"Eva"')
      where leaves #>> '{data.reason,0}' = 'reason 0'`,
    `delete from event_seals where number = 1
      and organization_id = '00000000-0000-0000-0000-000000000000'`
  )
  const changed = await verify()
  t.equal(changed.code, 1)
  t.match(changed.stdout, /^deployment added: evt_\w+ at 1, where no seal covers it$/m)
  t.match(changed.stdout, new RegExp(`^${id} changed: ${event} of seal 2$`, 'm'))
  t.match(changed.stdout, /^2 findings\.$/m)

  await tamper(deps, `delete from event_seals where number = 2`)
  const cut = await verify('--organization', id, '--head', head)
  t.equal(cut.code, 1)
  t.match(cut.stdout, new RegExp(`^${id} head: seal 2 is not there$`, 'm'))
})

await t.test('options that name nothing are refused', async (t) => {
  const { databaseUrl } = await createTestApp(t)
  const organization = `org_${'0'.repeat(26)}`
  const cases: [string, RegExp][] = [
    ['--organization acme', /--organization takes an id \(org_…\)/],
    [`--head 1:${'a'.repeat(64)}`, /--head needs --organization/],
    [`--organization ${organization} --head 1`, /--head takes NUMBER:HASH/],
    [`--organization ${organization} --head 0:${'a'.repeat(64)}`, /--head takes NUMBER:HASH/],
    ['--check', /does not take --check/]
  ]
  for (const [options, message] of cases) {
    const ended = await runMuster(t, `audit verify ${options}`, deploymentOn(databaseUrl))
    t.equal(ended.code, 1, options)
    t.match(ended.stderr, message)
  }
})
