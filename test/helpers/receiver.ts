import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import type { TestApp } from './app.js'
import { until } from './database.js'
import type { Scope } from './scope.js'

/** What lets tests send to this machine. */
export const LOCAL_WEBHOOKS = {
  MUSTER_WEBHOOKS_HTTP: 'on',
  MUSTER_WEBHOOKS_ALLOWED_NETWORKS: '127.0.0.1'
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly raw: string
  // biome-ignore lint: the shape is what the tests assert
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly event: any
  readonly id: string
}

/** Undefined: nothing, ever. */
export type Manner = (received: Received) => Reply | undefined | Promise<Reply | undefined>

export interface Reply {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string
}

export interface Receiver {
  readonly url: string
  /** What has come, in that order, whatever was answered. */
  readonly received: Received[]
  manner: Manner
  /** Waits until so many have come. */
  untilReceived(count: number): Promise<readonly Received[]>
}

const OK: Manner = () => ({ status: 204 })

/** A consumer on loopback, stopped with the test. */
export async function startReceiver(t: Scope, manner: Manner = OK): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void buffer(request).then(
      async (bytes) => {
        const raw = bytes.toString()
        const id = String(request.headers['webhook-id'])
        const one = { headers: request.headers, raw, event: JSON.parse(raw) as unknown, id }
        received.push(one)
        const reply = await receiver.manner(one)
        if (reply) response.writeHead(reply.status, reply.headers).end(reply.body)
      },
      () => undefined
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    manner,
    untilReceived: (count) => until(async () => received.length >= count && received)
  }
  return receiver
}

/** An endpoint that sends there. */
export async function endpointAt(
  { call }: Pick<TestApp, 'call'>,
  url: string,
  fields: Record<string, unknown> = {}
) {
  const { status, body } = await call('POST', '/v1/webhook-endpoints', {
    body: { url, event_types: ['*'], ...fields }
  })
  if (status !== 201) throw new Error(`no endpoint was made: ${JSON.stringify(body)}`)
  return {
    id: body.id as string,
    secret: body.secret as string,
    path: `/v1/webhook-endpoints/${body.id}`
  }
}

/** As a consumer verifies it, by the library. */
export const verifyBy = (secret: string, { raw, headers }: Received) =>
  new Webhook(secret).verify(raw, headers as Record<string, string>)
