import t from 'tap'
import { createSealer } from '../src/crypto/seal.js'
import { prepare } from '../src/deployment.js'
import { PRESETS } from '../src/policy/presets.js'
import { findNewestVersion, loadPolicyVersion, seedPresets } from '../src/policy-versions.js'
import { anotherKeyRing, createTestApp, DAY_MS, START } from './helpers/app.js'
import { claimByDns, claimByMail } from './helpers/domains.js'
import { endpointFor } from './helpers/webhooks.js'

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

await t.test('nor one of open domain claims', async (t) => {
  const app = await createTestApp(t)
  const without = { ...app.deps, linkSecrets: anotherKeyRing('other') }
  const org = await app.organization()
  await claimByDns(app, org, 'by-dns.test')
  await prepare(without)
  await claimByMail(app, org, 'ana@secrets.test')
  await t.rejects(prepare(without), /MUSTER_LINK_SECRETS lacks a secret that 1 open domain claims/)
  await prepare(app.deps)
  app.clock.now = new Date(START.getTime() + 15 * 60_000)
  await prepare(without)
})

await t.test('nor a key that webhook secrets are encrypted with', async (t) => {
  const app = await createTestApp(t)
  const other = anotherKeyRing('other')
  const without = { ...app.deps, sealer: createSealer(other) }
  await prepare(without)
  const endpoint = await endpointFor(app)
  await t.rejects(prepare(without), /MUSTER_ENCRYPTION_KEYS lacks a key that 1 webhook secrets/)
  await prepare(app.deps)
  await app.call('DELETE', endpoint.path)
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

await t.test('an earlier version of another shape is left behind, not read', async (t) => {
  const { deps } = await createTestApp(t)
  await deps.db.execute(`insert into policies values ('oupi', 2, '{"former": true}', current_date)`)
  await seedPresets(deps.db, START)
  t.equal(await findNewestVersion(deps.db, 'oupi'), 3)
  t.match(await loadPolicyVersion(deps, deps.db, 'oupi', 3), { policy: { key: 'oupi' } })
})

await t.test(
  'presets keep their roles, and how many may hold them, from release to release',
  async (t) => {
    // At an upgrade organizations follow the new version without being asked: only ever add here.
    const RELEASED = {
      standard: { owner: null, admin: null, member: null },
      oupi: { owner: 1, admin: null, member: null, readonly: null },
      openphone: { owner: null, admin: null, member: null },
      surveymonkey: { primary_admin: 1, admin: null, user: null },
      respondio: { org_admin: null, billing_admin: null, user_admin: null, member: null },
      ampliphi: { owner: 1, admin: null, standard: null }
    }
    for (const [key, released] of Object.entries(RELEASED)) {
      const roles = PRESETS.get(key)?.roles ?? []
      for (const [role, max] of Object.entries(released)) {
        const now = roles.find((one) => one.key === role)
        t.ok(now && (now.max === null || (max !== null && now.max >= max)), `${key} ${role}`)
      }
    }
  }
)
