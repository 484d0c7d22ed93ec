import t from 'tap'
import { prepare } from '../src/deployment.js'
import { findNewestVersion, loadPolicyVersion, seedPresets } from '../src/policy-versions.js'
import { anotherKeyRing, createTestApp, DAY_MS, START } from './helpers/app.js'

await t.test('a secret of open invitations cannot be dropped unnoticed', async (t) => {
  const { deps, organization, invite, clock } = await createTestApp(t)
  const org = await organization()
  const without = { ...deps, linkSecrets: anotherKeyRing('other') }
  await prepare(without)
  await invite(org.path, 'open@secrets.test')
  await t.rejects(prepare(without), /MUSTER_LINK_SECRETS lacks a secret that 1 open invitations/)
  await prepare(deps)
  clock.now = new Date(START.getTime() + 7 * DAY_MS)
  await prepare(without)
})

await t.test('presets become a new version only when they differ from the newest', async (t) => {
  const { deps } = await createTestApp(t)
  t.equal(await findNewestVersion(deps.db, 'standard'), 1)
  await seedPresets(deps.db, START)
  t.equal(await findNewestVersion(deps.db, 'standard'), 1)
  await deps.db.execute(`update policies set document = document || '{"default_role": "admin"}'`)
  await Promise.all([seedPresets(deps.db, START), seedPresets(deps.db, START)])
  t.equal(await findNewestVersion(deps.db, 'standard'), 2)
  const { policy } = await loadPolicyVersion(deps, deps.db, 'standard', 2)
  t.equal(policy.default_role, 'member')
  t.equal(await findNewestVersion(deps.db, 'imperial'), undefined)
})
