import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import type { Scope } from '../../helpers/scope.js'
import { freePort, spawnIn } from './processes.js'

export const hasRedis = () => spawnSync('redis-server', ['--version']).status === 0

/** A Redis of the simulation's own, in memory only: whatever ends it empties it. */
export async function startRedisDouble(scope: Scope) {
  const port = await freePort()
  const options = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const begin = () =>
    spawnIn(
      scope,
      ['redis-server', '--port', String(port), ...options],
      process.env as Record<string, string>
    )
  let child = begin()
  const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  scope.teardown(() => {
    client.disconnect()
  })
  await client.ping()
  return {
    url: `redis://127.0.0.1:${port}`,
    flush: () => client.flushall(),
    async stop() {
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    },
    async start() {
      child = begin()
      await client.ping()
    }
  }
}
