#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { loadConfig } from './config.js'
import { StartupError } from './errors.js'

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
      --rate-limit NUMBER     requests a minute (default: what the deployment allows)
  muster keys list          print all keys and when they were used, without their values
  muster keys rotate ID     give a key another value and print it, this once
      --overlap SECONDS       how long the value before works as well (default: a day; 0: not at all)
  muster keys revoke ID     end a key at once
  muster keys generate      print fresh values for MUSTER_API_KEY, MUSTER_LINK_SECRETS and
                            MUSTER_ENCRYPTION_KEYS; stores nothing
  muster policy check FILE  say what follows from a policy: who could gain power, and by which acts.
                            Needs no database; exit 1 when there is an error
  muster credits verify     add up all credit transfers again and compare with the balances; exit 1
                            when one differs
  muster audit verify       hold the log of events against its seals; exit 1 when something was changed,
                            added or taken away
      --organization ORG      only this one's; prints its head, NUMBER:HASH, to be noted elsewhere
      --head NUMBER:HASH      a head that was noted: it must still be there
  muster webhooks list      print all webhook endpoints, and how they do
  muster webhooks show ID   print one, and what became of its last deliveries
  muster webhooks test ID   send a test event to one
  muster webhooks enable ID
  muster webhooks disable ID  also discards what waits for it
  muster webhooks recover ID
      --since INSTANT         send again whatever it has missed since then, 30 days at most
  muster openapi            write openapi/openapi.json and docs/events.md from the code
      --check                 only compare; exit 1 when one differs

Configuration is read from the environment: docs/configuration.md.
`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  check: { type: 'boolean' },
  name: { type: 'string' },
  scopes: { type: 'string' },
  organizations: { type: 'string' },
  'rate-limit': { type: 'string' },
  overlap: { type: 'string' },
  organization: { type: 'string' },
  head: { type: 'string' },
  since: { type: 'string' }
} as const

type Values = ReturnType<typeof readArguments>['values']

function readArguments(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true, strict: true })
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split('. ') : []
    throw new StartupError(`${reason}. See muster --help.`)
  }
}

/** A command refuses what it does not take: it would otherwise do something else than was asked. */
interface Command {
  readonly options?: readonly (keyof Values)[]
  readonly takesArgument?: true
  run(values: Values, argument: string): Promise<void>
}

const KEY_OPTIONS = ['name', 'scopes', 'organizations', 'rate-limit'] as const

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['start', { run: () => serve('runStart') }],
  ['api', { run: () => serve('runApi') }],
  ['worker', { run: () => serve('runWorker') }],
  ['migrate', { run: migrate }],
  ['keys create', { options: KEY_OPTIONS, run: createKey }],
  ['keys list', { run: listKeys }],
  ['keys rotate', { options: ['overlap'], takesArgument: true, run: rotateKey }],
  ['keys revoke', { takesArgument: true, run: revokeKey }],
  ['keys generate', { run: generateKeys }],
  ['policy check', { takesArgument: true, run: checkPolicy }],
  ['credits verify', { run: verifyCredits }],
  ['audit verify', { options: ['organization', 'head'], run: verifyAudit }],
  ['webhooks list', { run: listWebhooks }],
  ['webhooks show', onWebhook('showWebhook')],
  ['webhooks test', onWebhook('testWebhook')],
  ['webhooks enable', onWebhook('enableWebhook')],
  ['webhooks disable', onWebhook('disableWebhook')],
  ['webhooks recover', { options: ['since'], takesArgument: true, run: recoverWebhook }],
  ['openapi', { options: ['check'], run: openApi }]
])

/** What a second word says more of. */
const TWO_WORDS = ['keys', 'policy', 'credits', 'audit', 'webhooks']

// Loading most of Muster takes a second: each command loads what it needs, when the configuration
// has been read.

async function serve(command: 'runStart' | 'runApi' | 'runWorker'): Promise<void> {
  const config = loadConfig()
  const processes = await import('./processes.js')
  await processes[command](config)
}

async function migrate(): Promise<void> {
  const config = loadConfig()
  const { openDeployment } = await import('./deployment.js')
  const deployment = await openDeployment(config, 'visit')
  await deployment.close()
  process.stdout.write('The database is up to date.\n')
}

async function createKey(values: Values): Promise<void> {
  const { name, scopes = '*', organizations, 'rate-limit': rateLimit } = values
  if (name === undefined) throw new StartupError('keys create needs --name: what is it for?')
  const config = loadConfig()
  const commands = await import('./key-commands.js')
  await commands.createKey(config, { name, scopes, organizations, rateLimit })
}

async function listKeys(): Promise<void> {
  const config = loadConfig()
  const commands = await import('./key-commands.js')
  await commands.listKeys(config)
}

async function rotateKey({ overlap }: Values, id: string): Promise<void> {
  const config = loadConfig()
  const commands = await import('./key-commands.js')
  await commands.rotateKey(config, id, overlap)
}

async function revokeKey(_values: Values, id: string): Promise<void> {
  const config = loadConfig()
  const commands = await import('./key-commands.js')
  await commands.revokeKey(config, id)
}

async function generateKeys(): Promise<void> {
  const commands = await import('./key-commands.js')
  commands.generateKeys()
}

async function checkPolicy(_values: Values, path: string): Promise<void> {
  if (path === '') throw new StartupError('policy check takes a file: muster policy check FILE')
  const commands = await import('./policy-commands.js')
  await commands.checkPolicyFile(path)
}

async function verifyCredits(): Promise<void> {
  const config = loadConfig()
  const commands = await import('./credit-commands.js')
  await commands.verifyCredits(config)
}

async function verifyAudit({ organization, head }: Values): Promise<void> {
  const config = loadConfig()
  const commands = await import('./audit-commands.js')
  await commands.verifyAudit(config, { organization, head })
}

async function listWebhooks(): Promise<void> {
  const config = loadConfig()
  const commands = await import('./webhook-commands.js')
  await commands.listWebhooks(config)
}

function onWebhook(
  command: 'showWebhook' | 'testWebhook' | 'enableWebhook' | 'disableWebhook'
): Command {
  return {
    takesArgument: true,
    async run(_values, id) {
      const config = loadConfig()
      const commands = await import('./webhook-commands.js')
      await commands[command](config, id)
    }
  }
}

async function recoverWebhook({ since }: Values, id: string): Promise<void> {
  const config = loadConfig()
  const commands = await import('./webhook-commands.js')
  await commands.recoverWebhook(config, id, since)
}

async function openApi({ check }: Values): Promise<void> {
  const { checkOpenApi, writeOpenApi } = await import('./openapi-document.js')
  await (check ? checkOpenApi() : writeOpenApi())
}

async function main(argv: string[]): Promise<void> {
  const { values, positionals } = readArguments(argv)
  if (values.help || positionals.length === 0) {
    process.stdout.write(HELP)
    return
  }
  const words = TWO_WORDS.some((first) => first === positionals[0]) ? 2 : 1
  const name = positionals.slice(0, words).join(' ')
  const command = COMMANDS.get(name)
  if (!command) throw new StartupError(`There is no command ${name}. See muster --help.`)
  const { options = [], takesArgument } = command
  const [strange] = [
    ...Object.keys(values)
      .filter((option) => !options.some((taken) => taken === option))
      .map((option) => `--${option}`),
    ...positionals.slice(words + (takesArgument ? 1 : 0))
  ]
  if (strange !== undefined) {
    throw new StartupError(`muster ${name} does not take ${strange}. See muster --help.`)
  }
  await command.run(values, positionals[words] ?? '')
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
