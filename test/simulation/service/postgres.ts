import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbedded } from '../../../src/db/embedded.js'
import type { Scope } from '../../helpers/scope.js'

/** A PostgreSQL of the simulation's own, at an address that outlives its restarts. */
export interface Postgres {
  urlOf(database: string): string
  query(database: string, sql: string): Promise<readonly Record<string, unknown>[]>
  /** `kill`: as by a power cut, otherwise as an operator does it. */
  restart(how: 'stop' | 'kill'): Promise<void>
}

const ADMIN = 'postgres'

export async function startPostgres(scope: Scope, folder: string): Promise<Postgres> {
  const password = randomBytes(16).toString('hex')
  const dataDir = join(folder, 'data')
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const start = () => startEmbedded({ dataDir, password })
  let server = await start()
  scope.teardown(() => server.stop())
  const door = await openDoor(scope, () => server)
  const urlOf = (database: string) => {
    const url = new URL(server.url)
    url.port = String(door.port)
    url.pathname = database
    return url.href
  }
  return {
    urlOf,
    query: (database, sql) => query(urlOf(database), sql),
    async restart(how) {
      door.close()
      if (how === 'stop') await server.stop()
      else process.kill(await pidOf(dataDir), 'SIGKILL')
      server = await start()
      door.open()
    }
  }
}

export const ADMIN_DATABASE = ADMIN

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  const result = await client.query(sql).finally(() => client.end())
  return result.rows
}

const pidOf = async (dataDir: string) =>
  Number.parseInt(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10)

/** An address that stays the same, whichever port the server has after its next start. */
async function openDoor(scope: Scope, server: () => EmbeddedPostgres) {
  const sockets = new Set<Socket>()
  let isOpen = true
  const listener = createServer((inner) => {
    if (!isOpen) {
      inner.destroy()
      return
    }
    const outer = connect(Number(new URL(server().url).port), '127.0.0.1')
    joinSockets(inner, outer, sockets)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const close = () => {
    isOpen = false
    for (const socket of sockets) socket.destroy()
  }
  scope.teardown(() => {
    close()
    listener.close()
  })
  const { port } = listener.address() as AddressInfo
  return { port, close, open: () => void (isOpen = true) }
}

/** What ends one of them ends the other. */
function joinSockets(inner: Socket, outer: Socket, all: Set<Socket>): void {
  for (const [one, other] of [
    [inner, outer],
    [outer, inner]
  ] as const) {
    all.add(one)
    one.setNoDelay(true)
    one.on('error', () => undefined)
    one.once('close', () => {
      all.delete(one)
      other.destroy()
    })
    one.pipe(other)
  }
}
