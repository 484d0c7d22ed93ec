import t from 'tap'
import { linesOf } from '../../helpers/exports.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { inTurn } from '../../helpers/locks.js'
import { createProducts } from '../products.js'

await t.test('respond.io: exporting data', async (t) => {
  const products = await createProducts(t)
  const { deps } = products

  await t.test('RIO-83: a copy is exported before cancelling, and never after it', async (t) => {
    const team = await products.team('respondio')
    const exported = await team.call('org_admin', 'POST', '/exports')
    t.equal(exported.status, 201)
    await runAllJobs(deps)
    const at = `/exports/${String(exported.body.id)}`
    const { body: file } = await team.call('org_admin', 'GET', `${at}/download`)
    const emails = linesOf(file).map(({ data }) => data.email as string | undefined)
    for (const role of ['org_admin', 'billing_admin', 'user_admin', 'member']) {
      t.ok(emails.includes(team.person(role).email), `the ${role} is in the copy`)
    }

    const canceled = await team.call('org_admin', 'POST', '/cancel?confirm=true')
    t.match([canceled.status, canceled.body.status], [200, 'canceled'])
    for (const refused of [
      await team.call('org_admin', 'POST', '/exports'),
      await products.call('POST', `${team.path}/exports`),
      await team.call('org_admin', 'GET', `${at}/download`)
    ]) {
      t.match([refused.status, refused.body.code], [403, 'organization_canceled'])
    }
  })

  await t.test('RIO-84: one export at a time; a second one meanwhile is refused', async (t) => {
    const team = await products.team('respondio')
    const export_ = () => team.call('org_admin', 'POST', '/exports')
    const both = await inTurn(deps.db, team.id, [export_, export_])
    const [first, second] = both.sort((one, other) => one.status - other.status)
    t.equal(first?.status, 201)
    t.match(second, { status: 409, body: { code: 'export_running', export_id: first?.body.id } })
    const host = await products.call('POST', `${team.path}/exports`)
    t.match([host.status, host.body.code], [409, 'export_running'], 'whoever asks')
    const other = await products.team('respondio')
    t.equal((await other.call('org_admin', 'POST', '/exports')).status, 201, 'of each workspace')
    await runAllJobs(deps)
    t.equal((await export_()).status, 201, 'another one once it has ended')
  })

  await t.test('where a product has no exports nobody starts one', async (t) => {
    for (const product of ['oupi', 'openphone', 'surveymonkey', 'ampliphi'] as const) {
      const { path } = products.of(product)
      const answer = await products.call('POST', `${path}/exports`)
      t.match([answer.status, answer.body.code], [422, 'exports_not_offered'], product)
    }
  })
})
