import { eq } from 'drizzle-orm'
import t from 'tap'
import { webhookEndpoints } from '../../src/db/tables/webhooks.js'
import { createTestApp } from '../helpers/app.js'
import { deploymentOn, PATIENCE_MS, runMuster } from '../helpers/processes.js'
import { deliveriesTo, endDelivery, endpointFor, HOOKS, testDelivery } from '../helpers/webhooks.js'

t.setTimeout(5 * PATIENCE_MS)

await t.test('muster webhooks', async (t) => {
  const app = await createTestApp(t)
  // The command line lives in the time that it is.
  app.clock.now = new Date()
  const environment = deploymentOn(app.databaseUrl)
  const muster = (...args: string[]) => runMuster(t, ['webhooks', ...args], environment)
  const endpoint = await endpointFor(app, { event_types: ['group.*'] })
  const { id } = endpoint
  const lost = await testDelivery(app, endpoint)
  await endDelivery(app, lost.id, 'failed')
  const since = new Date(app.clock.now.getTime() - 60_000).toISOString()
  const isEndpoint = eq(webhookEndpoints.id, id)

  await t.test('list and show tell how endpoints do, and no secret', async (t) => {
    const failingSince = new Date('2026-11-22T09:30:00.000Z')
    await app.deps.db.update(webhookEndpoints).set({ failingSince }).where(isEndpoint)
    t.match(await muster('list'), {
      code: 0,
      stdout: `${id}  enabled  failing since 2026-11-22T09:30:00.000Z  0 pending  1 failed in a day  ${HOOKS}\n`,
      stderr: ''
    })
    const { code, stdout } = await muster('show', id)
    t.equal(code, 0)
    t.match(stdout, /^state: +enabled$/m)
    t.match(stdout, /^events: +group\.\*$/m)
    t.match(stdout, `${lost.id}  failed     webhook_endpoint.tested  not tried yet\n`)
    t.notMatch(stdout, 'whsec_')
    t.notMatch(stdout, endpoint.secret.slice(6))
  })

  await t.test('disable, enable, test and recover do what the API does', async (t) => {
    t.match(await muster('disable', id), { code: 0, stdout: `${id} (${HOOKS}) is disabled.\n` })
    t.match((await app.call('GET', endpoint.path)).body, { disabled_reason: 'manual' })
    t.match(await muster('test', id), {
      code: 1,
      stderr: 'muster: Nothing is sent to it: enable it first.\n'
    })
    t.match(await muster('enable', id), { code: 0, stdout: `${id} (${HOOKS}) is enabled.\n` })
    t.match(await muster('recover', id, '--since', since), {
      code: 0,
      stdout: 'Sent again: 1.\n'
    })
    t.match(await muster('test', id), { code: 0, stdout: /^dlv_\w+ is sent\. See what becomes/ })
    const pending = await deliveriesTo(app, endpoint, '&status=pending')
    t.equal(pending.length, 2)
  })

  await t.test('what they do not take is refused', async (t) => {
    const missing = 'whe_01jd3v8k2ffb5t0m5r6w9x7y3z'
    const refused: [args: string[], message: string][] = [
      [['show', missing], `There is no webhook endpoint ${missing}.`],
      [['enable', missing], `There is no webhook endpoint ${missing}.`],
      [['show', 'acme'], 'webhooks show takes an id: whe_…'],
      [['disable'], 'webhooks disable takes an id: whe_…'],
      [['recover', id], 'webhooks recover needs --since: an instant such as 2030-01-31T09:30:00Z'],
      [
        ['recover', id, '--since', 'yesterday'],
        'webhooks recover needs --since: an instant such as 2030-01-31T09:30:00Z'
      ],
      [
        ['recover', id, '--since', '2001-01-01T00:00:00Z'],
        'since must lie within the last 30 days.'
      ]
    ]
    for (const [args, message] of refused) {
      const ended = await muster(...args)
      t.match(ended, { code: 1, stdout: '', stderr: `muster: ${message}\n` }, args.join(' '))
    }
  })
})
