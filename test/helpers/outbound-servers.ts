import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket
} from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'

/** What has been received, whole. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly received: readonly Received[]
  /** Connections that have been made, those included that are over. */
  readonly connections: readonly Socket[]
}

/** Somebody's HTTP server on loopback: has read the whole request before it answers. */
export async function startReceiver(
  t: Test,
  answer: RequestListener,
  tls?: ServerOptions
): Promise<Receiver> {
  const received: Received[] = []
  const listener: RequestListener = (request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '', headers } = request
      received.push({ method, path, headers, body })
      answer(request, response)
    }, noop)
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  return { ...(await listen(t, server, tls ? 'https' : 'http')), received }
}

/** One that is given the bare connection, and need not speak HTTP at all. */
export async function startRawReceiver(
  t: Test,
  onConnection: (socket: Socket) => void
): Promise<Receiver> {
  const server = createTcpServer((socket) => {
    // What is not read would hide that the other side has gone.
    socket.on('error', noop).on('data', noop)
    onConnection(socket)
  })
  return { ...(await listen(t, server, 'http')), received: [] }
}

async function listen(t: Test, server: Server, protocol: 'http' | 'https') {
  const connections: Socket[] = []
  server.on('connection', (socket: Socket) => connections.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    for (const socket of connections) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  return { url: `${protocol}://127.0.0.1:${port}`, port, connections }
}

function noop(): void {}
