import { readFile, writeFile } from 'node:fs/promises'
import { pino } from 'pino'
import { buildApp } from './app.js'
import { loadConfig } from './config.js'
import type { Deps } from './deps.js'
import { StartupError } from './errors.js'

/** `src` and `dist` lie equally deep. */
const DOCUMENT = new URL('../openapi/openapi.json', import.meta.url)

/** The OpenAPI document as the routes declare it: the same wherever and however it is drawn. */
export async function renderOpenApi(): Promise<string> {
  // Nothing is called, so nothing outside the process is needed to describe the routes.
  const deps = { config: loadConfig({}), log: pino({ level: 'silent' }) } as Deps
  const app = await buildApp(deps)
  await app.ready()
  const document = `${JSON.stringify(app.swagger(), null, 2)}\n`
  await app.close()
  return document
}

export async function writeOpenApi(): Promise<void> {
  await writeFile(DOCUMENT, await renderOpenApi())
}

/** @throws StartupError when the committed document is not what the routes declare */
export async function checkOpenApi(): Promise<void> {
  const committed = await readFile(DOCUMENT, 'utf8').catch(() => '')
  if (committed !== (await renderOpenApi())) {
    throw new StartupError('openapi/openapi.json is not what the routes declare: npm run openapi')
  }
}
