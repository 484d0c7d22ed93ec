import type { FastifyInstance } from 'fastify'
import { buildApp, buildHealthApp, showsDevMail } from './app.js'
import type { Config } from './config.js'
import { type Deployment, openDeployment } from './deployment.js'
import { StartupError } from './errors.js'
import {
  createFirstApiKey,
  ensureConfiguredApiKey
} from './features/api-keys/ensure-first-api-key.js'
import { watchProcess } from './telemetry/process-metrics.js'
import { buildWorker } from './worker.js'

/** What runs in this process, closed in this order: first what takes work, last the database. */
interface Running {
  close(): Promise<void>
}

/** `muster start`: API and worker in one process, on the embedded database unless told otherwise. */
export async function runStart(config: Config): Promise<void> {
  await run(config, async ({ deps }, running) => {
    if (config.apiKey !== undefined) await ensureConfiguredApiKey(deps, config.apiKey)
    running.push(await listening(config, await buildApp(deps)))
    running.push(buildWorker(deps))
    // Last, when nothing can fail any more: a key that was made but not shown would be lost.
    announce(config, config.apiKey === undefined ? await createFirstApiKey(deps) : undefined)
  })
}

/** `muster api`: the HTTP service alone, on a database that others share. */
export async function runApi(config: Config): Promise<void> {
  requireDatabase(config, 'api')
  await run(config, async ({ deps }, running) => {
    if (config.apiKey !== undefined) await ensureConfiguredApiKey(deps, config.apiKey)
    running.push(await listening(config, await buildApp(deps)))
    deps.log.info({ url: config.publicUrl }, 'API listening')
  })
}

/** `muster worker`: jobs and sweeps alone; it listens only to be asked how it is. */
export async function runWorker(config: Config): Promise<void> {
  requireDatabase(config, 'worker')
  await run(config, async ({ deps }, running) => {
    running.push(await listening(config, await buildHealthApp(deps)))
    running.push(buildWorker(deps))
    deps.log.info('Worker running')
  })
}

function requireDatabase(config: Config, command: string): void {
  if (config.databaseUrl === undefined) {
    throw new StartupError(
      `muster ${command} needs DATABASE_URL: the embedded database belongs to one process. ` +
        'Use muster start for that.'
    )
  }
}

/**
 * Starts, and stops at a signal. One that comes while things are still starting counts as well: a
 * start cut off in the middle would leave the embedded database running.
 */
async function run(
  config: Config,
  start: (deployment: Deployment, running: Running[]) => Promise<void>
): Promise<void> {
  const signaled = firstSignal()
  const deployment = await openDeployment(config, 'serve')
  const { log, metrics } = deployment.deps
  watchProcess(metrics)
  const running: Running[] = []
  try {
    await start(deployment, running)
  } catch (error) {
    await closeAll([...running, deployment]).catch(() => undefined)
    throw error
  }
  const signal = await Promise.race([signaled, deployment.lost?.then(() => undefined) ?? signaled])
  if (signal === undefined) {
    // Nothing can be finished without it, and a start recovers what was committed.
    log.fatal('The embedded PostgreSQL has ended: start Muster again')
    process.exit(1)
  }
  log.info({ signal }, 'Stopping: what is under way finishes first')
  await closeAll([...running, deployment])
  process.exit(0)
}

/** One that does not close must not keep the others open. */
async function closeAll(running: readonly Running[]): Promise<void> {
  const failures: unknown[] = []
  for (const one of running) await one.close().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw new AggregateError(failures, 'Could not stop cleanly')
}

async function listening(config: Config, app: FastifyInstance): Promise<Running> {
  const { host, port } = config
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw asStartupError(error, host, port)
  }
  return { close: () => closeServer(app) }
}

/** A request under way keeps its connection; once answered, its client might for a minute. */
async function closeServer(app: FastifyInstance): Promise<void> {
  const timer = setInterval(() => {
    app.server.closeIdleConnections()
  }, IDLE_CHECK_MS)
  await app.close().finally(() => {
    clearInterval(timer)
  })
}

function asStartupError(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return new StartupError(
      `PORT ${port} is in use on ${host}: stop what listens there, or set PORT to another one.`
    )
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new StartupError(`Cannot listen on ${host}:${port} (${code}): set HOST and PORT.`)
  }
  return error
}

const IDLE_CHECK_MS = 50

/**
 * npm passes a Ctrl-C on although the terminal has sent it already: what comes this soon after the
 * first signal is the same one.
 */
const SAME_SIGNAL_MS = 500

/** Resolves at the first signal to stop; a second one ends the process at once. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAt: number | undefined
    const onSignal = (signal: NodeJS.Signals) => {
      const elapsedMs = performance.now()
      firstAt ??= elapsedMs
      if (elapsedMs - firstAt > SAME_SIGNAL_MS) process.exit(1)
      resolve(signal)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}

function announce(config: Config, firstKey: string | undefined): void {
  const lines = [
    `Muster is running at ${config.publicUrl}`,
    `  API documentation  ${config.publicUrl}/docs`,
    ...(showsDevMail({ config }) ? [`  Mails              ${config.publicUrl}/dev/mail`] : []),
    ...(firstKey === undefined
      ? []
      : [`  First API key      ${firstKey}`, '  Keep it: it is shown this once.'])
  ]
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
}
