import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.js'
import { type Backlog, readBacklog } from '../db/backlog.js'
import type { Deps } from '../deps.js'
import { notFound } from '../errors.js'
import type { Metrics } from '../telemetry/metrics.js'
import type { Routes } from './app-types.js'
import { readBearer } from './credentials.js'
import { unauthenticated } from './errors.js'

/** Whoever scrapes waits ten seconds by default; what is known without the database is told in time. */
const LOOK_TIMEOUT_MS = 2_000
const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/
/** What proxies add: the caller is then somebody behind them. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']

/** What the process has counted, and how much of the deployment waits, as Prometheus reads it. */
export const metricsRoutes: Routes = async (app, { deps }) => {
  const { metrics, config } = deps
  const look = createLook(deps)
  app.get(
    '/metrics',
    {
      config: { access: { class: 'public' }, isVital: true },
      schema: { hide: true },
      onRequest: (request, _reply, done) => {
        done(refusalOf(request, config))
      }
    },
    async (_request, reply) => {
      await look()
      return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
    }
  )
}

/**
 * By the token of the configuration. Where there is none it is there for this machine alone, outside
 * of production: a proxy on the same machine would make everybody a neighbor.
 */
function refusalOf(request: FastifyRequest, config: Config): Error | undefined {
  const { metricsToken, production } = config
  if (metricsToken === undefined) {
    return !production && isNeighbor(request) ? undefined : notFound()
  }
  return isSame(bearerOf(request), metricsToken) ? undefined : unauthenticated()
}

function isNeighbor({ socket, headers }: FastifyRequest): boolean {
  const isForwarded = FORWARDED.some((name) => headers[name] !== undefined)
  return !isForwarded && LOOPBACK.test(socket.remoteAddress ?? '')
}

function bearerOf(request: FastifyRequest): string {
  return request.headers.authorization === undefined ? '' : readBearer(request)
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const isSame = (given: string, token: string) => timingSafeEqual(digest(given), digest(token))

/**
 * Looks how much waits, and does not wait for it for long. Whoever asks while a look is under way
 * shares it, so that a database that hangs is asked once, however often somebody scrapes.
 */
function createLook(deps: Deps): () => Promise<void> {
  let looking: Promise<void> | undefined
  return async () => {
    looking ??= lookAt(deps).finally(() => {
      looking = undefined
    })
    const inTime = await Promise.race([looking.then(() => true), later(LOOK_TIMEOUT_MS)])
    if (!inTime) forget(deps.metrics)
  }
}

const later = (ms: number) =>
  new Promise<false>((resolve) => {
    setTimeout(resolve, ms, false).unref()
  })

/** Each by itself: one of the two may be away. */
async function lookAt(deps: Deps): Promise<void> {
  const { db, queue, metrics } = deps
  forget(metrics)
  const [backlog, held] = await Promise.allSettled([readBacklog(db, deps.now()), queue.count()])
  if (backlog.status === 'fulfilled') tellBacklog(metrics, backlog.value)
  if (held.status === 'rejected') return
  for (const [state, count] of Object.entries(held.value)) metrics.queueJobs.set({ state }, count)
}

function tellBacklog(metrics: Metrics, backlog: Backlog): void {
  metrics.databaseUp.set(1)
  metrics.jobRows.set({ state: 'open' }, backlog.jobsOpen)
  metrics.jobRows.set({ state: 'due' }, backlog.jobsDue)
  metrics.jobRows.set({ state: 'failed' }, backlog.jobsFailed)
  metrics.oldestJob.set(backlog.oldestJobS)
  metrics.pendingDeliveries.set(backlog.deliveriesPending)
  metrics.oldestDelivery.set(backlog.oldestDeliveryS)
  metrics.sealLag.set(backlog.sealLagS)
}

/** What is not known is left out: a number of before would look like one of now. */
function forget(metrics: Metrics): void {
  metrics.databaseUp.set(0)
  for (const name of BACKLOG) metrics[name].remove()
  metrics.jobRows.reset()
  metrics.queueJobs.reset()
}

const BACKLOG = ['oldestJob', 'pendingDeliveries', 'oldestDelivery', 'sealLag'] as const
