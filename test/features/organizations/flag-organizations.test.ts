import { eq } from 'drizzle-orm'
import t from 'tap'
import { organizations } from '../../../src/db/tables/organizations.js'
import { flagOrganizations } from '../../../src/features/organizations/flag-organizations.sweep.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { interleave } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

const daysLater = (days: number, ms = 0) => new Date(START.getTime() + days * DAY_MS + ms)

await t.test('what time makes of a canceled organization', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, organization, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })
  async function canceled(cancellation: Record<string, unknown>, fields = {}) {
    const policy = await policyLike(app, 'standard', { cancellation })
    const org = await organization({ policy, ...fields })
    await call('POST', `${org.path}/cancel`)
    return org
  }
  const statusOf = async (path: string) => (await call('GET', path)).body.status

  await t.test('it is flagged at its instant, before any sweep', async (t) => {
    const org = await canceled({ flag_after: 'P90D' })
    clock.now = daysLater(90, -1)
    t.equal(await statusOf(org.path), 'canceled')
    t.equal(await flagOrganizations.run(deps), 0)
    clock.now = daysLater(90)
    t.equal(await statusOf(org.path), 'flagged_for_deletion')
    const refused = await call('GET', org.path, { actor: org.as })
    t.match(refused.body, {
      code: 'organization_canceled',
      organization_status: 'flagged_for_deletion'
    })
  })

  await t.test('the sweep tells of it once', async (t) => {
    const org = await canceled({ flag_after: 'P1D', delete_after: 'P3D' })
    const other = await canceled({})
    clock.now = daysLater(2)
    t.equal(await flagOrganizations.run(deps), 1)
    t.equal(await flagOrganizations.run(deps), 0)
    t.equal(await statusOf(org.path), 'flagged_for_deletion')
    t.equal(await statusOf(other.path), 'canceled')
    const path = `${org.path}/events?type=organization.flagged_for_deletion`
    const { body } = await call('GET', path)
    t.match(body.data, [
      {
        actor: { type: 'system' },
        subject: { type: 'organization', id: org.id },
        data: { flag_at: daysLater(1).toISOString(), delete_at: daysLater(3).toISOString() },
        changes: { status: ['canceled', 'flagged_for_deletion'] }
      }
    ])
    t.equal(body.data.length, 1)
  })

  await t.test('P0D: at once', async (t) => {
    const org = await canceled({ flag_after: 'P0D' })
    t.equal(await statusOf(org.path), 'flagged_for_deletion')
    t.equal(await flagOrganizations.run(deps), 1)
  })

  await t.test(
    'it is gone at its instant, and the sweep deletes it as somebody would',
    async (t) => {
      const externalId = unique('ext')
      const org = await canceled(
        { flag_after: 'P30D', delete_after: 'P100D' },
        { external_id: externalId }
      )
      t.equal((await call('GET', org.path)).body.deletes_at, daysLater(100).toISOString())
      clock.now = daysLater(100, -1)
      t.ok((await flagOrganizations.run(deps)) > 0, 'whatever is due before')
      t.equal((await call('GET', org.path)).body.status, 'flagged_for_deletion')
      clock.now = daysLater(100)
      t.equal((await call('GET', org.path)).status, 404)
      const listed = async () =>
        (await call('GET', `/v1/organizations?external_id=${externalId}&include_total=true`)).body
      t.match(await listed(), { data: [], total: 0 })

      t.equal(await flagOrganizations.run(deps), 1)
      t.equal(await flagOrganizations.run(deps), 0)
      const again = await organization({ external_id: externalId })
      t.match(await listed(), { data: [{ id: again.id }], total: 1 })
      const [row] = await deps.db.select().from(organizations).where(eq(organizations.id, org.id))
      t.match(row, { status: 'deleted', deletedAt: daysLater(100), externalId: null })
    }
  )

  await t.test('one that is restored while the sweep waits for it stays', async (t) => {
    const org = await canceled({ flag_after: 'P1D' })
    clock.now = daysLater(1)
    const count = await interleave(deps.db, org.id, {
      request: () => flagOrganizations.run(deps),
      meanwhile: (tx) =>
        tx
          .update(organizations)
          .set({ status: 'active', canceledAt: null, flagAt: null })
          .where(eq(organizations.id, org.id))
    })
    t.equal(count, 0)
    t.equal(await statusOf(org.path), 'active')
  })

  await t.test('one that is purged while the sweep waits for it is nobody’s concern', async (t) => {
    const org = await canceled({ delete_after: 'P1D' })
    clock.now = daysLater(1)
    const count = await interleave(deps.db, org.id, {
      request: () => flagOrganizations.run(deps),
      meanwhile: (tx) =>
        tx.update(organizations).set({ status: 'deleted' }).where(eq(organizations.id, org.id))
    })
    t.equal(count, 0)
  })
})
