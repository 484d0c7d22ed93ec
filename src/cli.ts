#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { loadConfig } from './config.js'
import { openDeployment } from './deployment.js'
import { StartupError } from './errors.js'
import { createKey, generateKeys, listKeys, revokeKey } from './key-commands.js'
import { checkOpenApi, writeOpenApi } from './openapi-document.js'
import { runApi, runStart, runWorker } from './processes.js'

const HELP = `muster: team management behind one API

  muster start              API and worker in one process; without DATABASE_URL on an embedded
                            PostgreSQL in MUSTER_DATA_DIR. Prints its address and a first API key
  muster api                the API alone (needs DATABASE_URL)
  muster worker             jobs and sweeps alone (needs DATABASE_URL)
  muster migrate            bring the database up to date and stop
  muster keys create        make an API key and print it, this once
      --name TEXT             what it is for (required)
      --scopes LIST           what it may do, comma-separated (default: *)
      --organizations LIST    the only organizations it may reach (default: all)
  muster keys list          print all keys, without their values
  muster keys revoke ID     end a key at once
  muster keys generate      print fresh values for MUSTER_API_KEY, MUSTER_LINK_SECRETS and
                            MUSTER_ENCRYPTION_KEYS; stores nothing
  muster openapi            write openapi/openapi.json from the routes
      --check                 only compare; exit 1 when it differs

Configuration is read from the environment: docs/configuration.md.
`

const OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  check: { type: 'boolean', default: false },
  name: { type: 'string' },
  scopes: { type: 'string', default: '*' },
  organizations: { type: 'string' }
} as const

type Values = ReturnType<typeof readArguments>['values']

function readArguments(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true, strict: true })
  } catch (error) {
    throw new StartupError(`${error instanceof Error ? error.message : ''} See muster --help.`)
  }
}

const COMMANDS: Record<string, (values: Values, rest: string[]) => Promise<void> | void> = {
  start: () => runStart(loadConfig()),
  api: () => runApi(loadConfig()),
  worker: () => runWorker(loadConfig()),
  migrate: async () => {
    const deployment = await openDeployment(loadConfig(), 'visit')
    await deployment.close()
    process.stdout.write('The database is up to date.\n')
  },
  'keys create': ({ name, scopes, organizations }) => {
    if (name === undefined) throw new StartupError('keys create needs --name: what is it for?')
    return createKey(loadConfig(), { name, scopes, organizations })
  },
  'keys list': () => listKeys(loadConfig()),
  'keys revoke': (_values, [id = '']) => revokeKey(loadConfig(), id),
  'keys generate': () => {
    generateKeys()
  },
  openapi: ({ check }) => (check ? checkOpenApi() : writeOpenApi())
}

async function main(argv: string[]): Promise<void> {
  const { values, positionals } = readArguments(argv)
  const words = positionals[0] === 'keys' ? 2 : 1
  const command = COMMANDS[positionals.slice(0, words).join(' ')]
  if (values.help || positionals.length === 0) {
    process.stdout.write(HELP)
    return
  }
  if (!command) throw new StartupError(`There is no command ${positionals.join(' ')}. See --help.`)
  await command(values, positionals.slice(words))
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const expected = error instanceof StartupError
  process.stderr.write(expected ? `muster: ${error.message}\n` : `muster: ${stackOf(error)}\n`)
  process.exit(1)
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
