import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import t from 'tap'
import { createTestApp, DAY_MS } from '../../helpers/app.js'
import { endpointAt, LOCAL_WEBHOOKS, type Received, startReceiver } from '../../helpers/receiver.js'

const HOUR_MS = 3_600_000
/** As consumers verify, each by the library that it uses; they look at the machine's own clock. */
const LIBRARIES = { standardwebhooks: StandardWebhook, svix: SvixWebhook }

await t.test('what is delivered is verified by the libraries that consumers use', async (t) => {
  const app = await createTestApp(t, {
    worker: { backoffMs: 10 },
    environment: LOCAL_WEBHOOKS
  })
  const real = Date.now()
  const ago = (ms: number) => {
    app.clock.now = new Date(real - ms)
  }
  const receiver = await startReceiver(t)
  /** What is told at this instant of the clock. */
  const deliver = async (): Promise<Received> => {
    const count = receiver.received.length
    const { body } = await app.call('POST', '/v1/organizations', {
      body: { name: 'Acme', owner: { user_id: app.unique('u'), email: 'olga@acme.test' } }
    })
    await receiver.untilReceived(count + 1)
    const received = receiver.received.at(-1)
    if (!received || received.event.organization_id !== body.id)
      throw new Error('another was delivered')
    return received
  }

  for (const [name, Webhook] of Object.entries(LIBRARIES)) {
    await t.test(name, async (t) => {
      ago(2 * DAY_MS)
      const endpoint = await endpointAt(app, receiver.url, {
        event_types: ['organization.created']
      })
      const verify = (secret: string, { raw, headers }: Received) =>
        new Webhook(secret).verify(raw, headers as Record<string, string>)
      const rotate = async () =>
        (await app.call('POST', `${endpoint.path}/rotate-secret`)).body.secret as string

      const old = await deliver()
      t.throws(() => verify(endpoint.secret, old), /timestamp too old/)

      ago(25 * HOUR_MS)
      const second = await rotate()
      t.not(second, endpoint.secret)
      ago(0)
      const dayAfter = await deliver()
      t.doesNotThrow(() => verify(second, dayAfter))
      t.throws(() => verify(endpoint.secret, dayAfter), /signature/, 'the day of the old is over')

      const third = await rotate()
      const atOnce = await deliver()
      t.doesNotThrow(() => verify(third, atOnce))
      t.doesNotThrow(() => verify(second, atOnce), 'the old one still verifies')
      const flipped = { ...atOnce, raw: atOnce.raw.replace('Acme', 'Acmf') }
      t.throws(() => verify(third, flipped), /signature/)
      const renamed = { ...atOnce, headers: { ...atOnce.headers, 'webhook-id': old.id } }
      t.throws(() => verify(third, renamed), /signature/)
      await app.call('DELETE', endpoint.path)
    })
  }
})
