import { eq } from 'drizzle-orm'
import { type DeliveryStatus, webhookDeliveries } from '../../src/db/tables/webhooks.js'
import type { TestApp } from './app.js'
import { endpointAt } from './receiver.js'

/** A name that leads nowhere: nothing is sent unless a worker runs. */
export const HOOKS = 'https://hooks.acme.test/muster'

/** An endpoint for what is told, without anybody who sends it. */
export const endpointFor = (app: TestApp, fields: Record<string, unknown> = {}) =>
  endpointAt(app, HOOKS, fields)

export type Endpoint = Awaited<ReturnType<typeof endpointFor>>

/** An event that is to be sent to an endpoint; its id, that of the delivery, and its path. */
export async function testDelivery({ call }: TestApp, { path }: Endpoint) {
  const { body } = await call('POST', `${path}/test`)
  const id = body.id as string
  return { id, eventId: body.event_id as string, path: `${path}/deliveries/${id}` }
}

/** As if it had been sent. */
export async function endDelivery(
  { deps, clock }: TestApp,
  id: string,
  status: Exclude<DeliveryStatus, 'pending'>
): Promise<void> {
  await deps.db
    .update(webhookDeliveries)
    .set({ status, attempts: 8, nextAttemptAt: null, endedAt: clock.now })
    .where(eq(webhookDeliveries.id, id))
}

/** All deliveries to an endpoint, newest first. */
export async function deliveriesTo({ call }: TestApp, { path }: Endpoint, query = '') {
  const { body } = await call('GET', `${path}/deliveries?limit=100${query}`)
  return body.data
}
