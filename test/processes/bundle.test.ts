import t from 'tap'
import { createTestDatabase } from '../helpers/database.js'
import { clientOf, deploymentOn, PATIENCE_MS, startMuster } from '../helpers/processes.js'

t.setTimeout(5 * PATIENCE_MS)

await t.test('what starts finds what lies beside it, or in packages outside of it', async (t) => {
  const environment = deploymentOn(await createTestDatabase(t))
  const muster = await startMuster(t, 'api', environment)
  const call = clientOf(muster, environment.MUSTER_API_KEY)

  t.match(await call('GET', '/docs/static/swagger-ui.css'), { status: 200, body: '.swagger-ui' })

  const password = Buffer.from(`x:${environment.MUSTER_API_KEY}`).toString('base64')
  const asOperator = { authorization: `Basic ${password}` }
  const board = await call('GET', '/ops/queues', undefined, asOperator)
  const [script = 'none'] = /static\/js\/[^"]+/.exec(String(board.body)) ?? []
  t.equal((await call('GET', `/ops/queues/${script}`, undefined, asOperator)).status, 200)

  const { body: policy } = await call('GET', '/v1/policies/oupi')
  t.match(await call('POST', '/v1/policies/check', { document: policy.document }), {
    status: 200,
    body: { valid: true, findings: [{ severity: 'warning' }] }
  })
})
