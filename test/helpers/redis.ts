import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { until } from './database.js'
import { killWithTest } from './killed-with-test.js'
import { freePort } from './processes.js'

/** For the tests that flush or stop a Redis: never the one that others share. */
export const needsRedis = {
  skip: spawnSync('redis-server', ['--version']).status === 0 ? false : 'no redis-server here'
}

export interface OwnRedis {
  readonly url: string
  /** Forgets everything. */
  flush(): Promise<void>
  /** Goes away, and everything in it. */
  stop(): Promise<void>
  /** Keeps its connections and answers nothing, until it does again. */
  silence(): void
  speak(): void
}

/** A Redis of this test alone, in memory only; where one has been, to come back there. */
export async function startRedis(t: Test, at?: OwnRedis): Promise<OwnRedis> {
  const port = at === undefined ? await freePort() : Number(new URL(at.url).port)
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no'
  ]
  const child = spawn('redis-server', options, { cwd: '/', stdio: 'ignore' })
  const closed = once(child, 'close')
  const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  t.teardown(() => closed)
  killWithTest(t, child)
  t.teardown(() => {
    client.disconnect()
  })
  await until(async () => client.status === 'ready')
  return {
    url: `redis://127.0.0.1:${port}`,
    async flush() {
      await client.flushall()
    },
    async stop() {
      child.kill('SIGKILL')
      await closed
    },
    silence() {
      child.kill('SIGSTOP')
    },
    speak() {
      child.kill('SIGCONT')
    }
  }
}
