import { readFile, writeFile } from 'node:fs/promises'
import { pino } from 'pino'
import { buildApp } from './app.js'
import { loadConfig } from './config.js'
import type { Deps } from './deps.js'
import { StartupError } from './errors.js'
import { renderEventsPage } from './features/events/catalogue/events-page.js'
import { ROOT } from './root.js'
import { createMetrics } from './telemetry/metrics.js'

/** What is committed, and how it is made. `src` and `dist` lie equally deep. */
const PAPERS = [
  {
    name: 'openapi/openapi.json',
    of: 'what the routes and the catalogue of events declare',
    render: renderOpenApi
  },
  { name: 'docs/events.md', of: 'what the catalogue of events says', render: renderEventsPage }
] as const

/** What the queue's dashboard takes for a queue while its routes are mounted. */
const NO_QUEUE = { queue: { metaValues: { version: 'bullmq' } } }
const NO_POOL = { totalCount: 0, idleCount: 0, waitingCount: 0 }

/** Nor is anything signed: nobody asks for a token. */
const NO_KEYS = { current: { id: 'none', secret: Buffer.alloc(32) }, byId: new Map() }

const addressOf = (name: string) => new URL(name, ROOT)

/**
 * The OpenAPI document as the routes declare it: the same wherever and however it is drawn.
 * @throws Error for a route with a schema that cannot be compiled
 */
export async function renderOpenApi(): Promise<string> {
  // Nothing is called, so nothing outside the process is needed to describe the routes.
  const deps = {
    config: loadConfig({}),
    log: pino({ level: 'silent' }),
    tokenKeys: NO_KEYS,

    metrics: createMetrics(() => NO_POOL),
    queue: NO_QUEUE
  } as unknown as Deps
  const app = await buildApp(deps, 'at_start')
  await app.ready()
  const document = `${JSON.stringify(app.swagger(), null, 2)}\n`
  await app.close()
  return document
}

/** Writes `openapi/openapi.json` and `docs/events.md`. */
export async function writeOpenApi(): Promise<void> {
  for (const { name, render } of PAPERS) await writeFile(addressOf(name), await render())
}

/** @throws StartupError when one of the committed papers is not what the code says */
export async function checkOpenApi(): Promise<void> {
  for (const { name, of, render } of PAPERS) {
    const committed = await readFile(addressOf(name), 'utf8').catch(() => '')
    if (committed !== (await render())) {
      throw new StartupError(`${name} is not ${of}: npm run openapi`)
    }
  }
}
