import { sql } from 'drizzle-orm'
import { Webhook } from 'standardwebhooks'
import { selectEvents } from '../../src/features/events/queries.js'
import { DEPLOYMENT_ID, idToUuid } from '../../src/ids.js'
import type { TestApp } from './app.js'

export const MAIL_EVENTS_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

interface Delivery {
  /** As it is sent; left out: what was signed. */
  readonly raw?: string
  readonly secret?: string
  readonly sentAt?: Date
  /** Undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

/** As a mail provider tells what became of a mail: signed by the library itself. */
export async function tellMailEvent(
  { url, clock }: Pick<TestApp, 'url' | 'clock'>,
  event: unknown,
  { raw, secret = MAIL_EVENTS_SECRET, sentAt = clock.now, headers = {} }: Delivery = {}
) {
  const signed = JSON.stringify(event)
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', sentAt, signed),
    ...headers
  }
  const sent = Object.entries(all).filter(([, value]) => value !== undefined)
  const response = await fetch(`${url}/v1/mail-events`, {
    method: 'POST',
    headers: Object.fromEntries(sent) as Record<string, string>,
    body: raw ?? signed
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** Events of no organization, newest first. */
export const deploymentEvents = ({ deps }: TestApp, type: string) =>
  selectEvents(deps.db, {
    where: sql`e.organization_id = ${idToUuid('org', DEPLOYMENT_ID)} and e.type = ${type}`,
    order: 'desc',
    limit: 100
  })
