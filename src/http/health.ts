import { Type } from '@sinclair/typebox'
import { sql } from 'drizzle-orm'
import type { Deps } from '../deps.js'
import { ref } from '../schemas.js'
import type { App, Routes } from './app-types.js'

const CHECK_TIMEOUT_MS = 3_000

const Check = Type.Union([Type.Literal('ok'), Type.Literal('unreachable')])
const Readiness = Type.Object(
  {
    status: Type.Union([Type.Literal('ready'), Type.Literal('not_ready')]),
    checks: Type.Object({ database: Check, queue: Check })
  },
  {
    $id: 'Readiness',
    examples: [{ status: 'ready', checks: { database: 'ok', queue: 'ok' } }]
  }
)
const Alive = Type.Object(
  { status: Type.Literal('ok') },
  { $id: 'Alive', examples: [{ status: 'ok' }] }
)

/** For whoever keeps the process running: alive at all, and able to do its work. */
export const healthRoutes: Routes = async (app, { deps }) => {
  app.addSchema(Readiness)
  app.addSchema(Alive)
  getHealthRoute(app)
  getReadinessRoute(app, deps)
}

function getHealthRoute(app: App): void {
  app.get(
    '/healthz',
    {
      config: { access: { class: 'public' }, isVital: true },
      schema: {
        operationId: 'getHealth',
        summary: 'Is the process alive?',
        tags: ['Operating'],
        response: { 200: ref(Alive) }
      }
    },
    () => ({ status: 'ok' as const })
  )
}

function getReadinessRoute(app: App, deps: Deps): void {
  app.get(
    '/readyz',
    {
      config: { access: { class: 'public' }, isVital: true },
      schema: {
        operationId: 'getReadiness',
        summary: 'Can it do its work: do database and queue answer?',
        tags: ['Operating'],
        response: { 200: ref(Readiness), 503: ref(Readiness) }
      }
    },
    async (_request, reply) => {
      const [database, queue] = await Promise.all([
        check(async () => deps.db.execute(sql`select 1`)),
        check(async () => deps.queue.ping())
      ])
      const ready = database === 'ok' && queue === 'ok'
      return reply
        .code(ready ? 200 : 503)
        .send({ status: ready ? 'ready' : 'not_ready', checks: { database, queue } })
    }
  )
}

async function check(probe: () => Promise<unknown>): Promise<'ok' | 'unreachable'> {
  const { promise, timer } = timeout()
  try {
    await Promise.race([probe(), promise])
    return 'ok'
  } catch {
    return 'unreachable'
  } finally {
    clearTimeout(timer)
  }
}

function timeout() {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer in time'))
    }, CHECK_TIMEOUT_MS)
  })
  return { promise, timer }
}
