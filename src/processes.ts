import type { FastifyInstance } from 'fastify'
import { buildApp, buildHealthApp, showsDevMail } from './app.js'
import type { Config } from './config.js'
import { type Deployment, openDeployment } from './deployment.js'
import { StartupError } from './errors.js'
import { createFirstApiKey, ensureConfiguredApiKey } from './features/api-keys/ensure-first-api-key.js'
import { buildWorker } from './worker.js'

/** What runs in this process, closed in this order: first what takes work, last the database. */
interface Running {
  close(): Promise<void>
}

/** `muster start`: API and worker in one process, on the embedded database unless told otherwise. */
export async function runStart(config: Config): Promise<void> {
  await run(config, async (deployment) => {
    const { deps } = deployment
    const app = await listening(config, await buildApp(deps))
    const worker = buildWorker(deps)
    // Last, when nothing can fail any more: a key that was made but not shown would be lost.
    announce(config, await prepareKeys(deployment))
    return [app, worker]
  })
}

/** `muster api`: the HTTP service alone, on a database that others share. */
export async function runApi(config: Config): Promise<void> {
  requireDatabase(config, 'api')
  await run(config, async (deployment) => {
    if (config.apiKey !== undefined) await ensureConfiguredApiKey(deployment.deps, config.apiKey)
    const app = await listening(config, await buildApp(deployment.deps))
    deployment.deps.log.info({ url: config.publicUrl }, 'API listening')
    return [app]
  })
}

/** `muster worker`: jobs and sweeps alone; it listens only to be asked how it is. */
export async function runWorker(config: Config): Promise<void> {
  requireDatabase(config, 'worker')
  await run(config, async ({ deps }) => {
    const app = await listening(config, await buildHealthApp(deps))
    deps.log.info('Worker running')
    return [app, buildWorker(deps)]
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

/** Returns the first key when it was made just now: it is shown this once. */
async function prepareKeys({ deps }: Deployment): Promise<string | undefined> {
  const { apiKey } = deps.config
  if (apiKey === undefined) return createFirstApiKey(deps)
  await ensureConfiguredApiKey(deps, apiKey)
  return undefined
}

async function run(
  config: Config,
  start: (deployment: Deployment) => Promise<Running[]>
): Promise<void> {
  const deployment = await openDeployment(config, 'serve')
  try {
    const running = await start(deployment)
    stopOnSignal([...running, deployment], deployment.deps.log)
  } catch (error) {
    await deployment.close()
    throw error
  }
}

async function listening(config: Config, app: FastifyInstance): Promise<FastifyInstance> {
  const { host, port } = config
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw asStartupError(error, host, port)
  }
  return app
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

/**
 * npm passes a Ctrl-C on although the terminal has sent it already: what comes this soon after the
 * first signal is the same one.
 */
const SAME_SIGNAL_MS = 500

/** The first signal lets everything under way finish; a second one ends the process at once. */
function stopOnSignal(running: readonly Running[], log: Deployment['deps']['log']): void {
  let firstAt: number | undefined
  const stop = async () => {
    for (const one of running) await one.close()
  }
  const onSignal = (signal: NodeJS.Signals) => {
    const elapsedMs = performance.now()
    if (firstAt !== undefined) {
      if (elapsedMs - firstAt > SAME_SIGNAL_MS) process.exit(1)
      return
    }
    firstAt = elapsedMs
    log.info({ signal }, 'Stopping: what is under way finishes first')
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'Could not stop cleanly')
        process.exit(1)
      }
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
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
