import type { Config } from './config.js'
import { newApiKeyToken } from './crypto/api-key-token.js'
import type { ApiKeyRow } from './db/tables/api-keys.js'
import { Problem, StartupError } from './errors.js'
import { createApiKey } from './features/api-keys/create-api-key.js'
import { OVERLAP_SECONDS, OVERLAP_SECONDS_MAX, RATE_LIMIT_MAX } from './features/api-keys/limits.js'
import { listApiKeys } from './features/api-keys/list-api-keys.js'
import { revokeApiKey } from './features/api-keys/revoke-api-key.js'
import { rotateApiKey } from './features/api-keys/rotate-api-key.js'
import { idPattern } from './ids.js'
import { SCOPES, type Scope } from './scopes.js'
import { generateKeyRing } from './secrets.js'
import { operatorContext, print, visit } from './visit.js'

const LIST_MAX = 1_000
/** As the API takes it. */
const NAME = /^(?=.*\S)\P{Cc}{1,100}$/u

export interface KeyOptions {
  readonly name: string
  readonly scopes: string
  readonly organizations: string | undefined
  /** Requests a minute. */
  readonly rateLimit: string | undefined
}

/** Prints fresh values for the environment; stores nothing. */
export function generateKeys(): void {
  print([
    `MUSTER_API_KEY=${newApiKeyToken().token}`,
    `MUSTER_LINK_SECRETS=${generateKeyRing()}`,
    `MUSTER_ENCRYPTION_KEYS=${generateKeyRing()}`
  ])
}

export async function createKey(config: Config, options: KeyOptions): Promise<void> {
  const scopes = splitList(options.scopes)
  const unknown = scopes.filter((scope) => !SCOPES.some((known) => known === scope))
  if (unknown.length > 0 || scopes.length === 0) {
    throw new StartupError(`--scopes must be a list of: ${SCOPES.join(', ')}`)
  }
  if (!NAME.test(options.name)) throw new StartupError('--name must be 1 to 100 characters.')
  const organizationIds = readOrganizations(options.organizations)
  const rateLimit = readCount('--rate-limit', options.rateLimit, { min: 1, max: RATE_LIMIT_MAX })
  await visit(config, async ({ deps }) => {
    const { token } = await createApiKey(deps, operatorContext(deps), {
      name: options.name,
      scopes: scopes as Scope[],
      organization_ids: organizationIds,
      rate_limit_per_minute: rateLimit ?? null
    })
    print([token])
  })
}

interface Bounds {
  readonly min: number
  readonly max: number
}

function readCount(option: string, text: string | undefined, { min, max }: Bounds) {
  if (text === undefined) return undefined
  const count = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (count >= min && count <= max) return count
  throw new StartupError(`${option} must be a number from ${min} to ${max}.`)
}

/** An empty list is not "all of them": it is the unset variable of a script. */
function readOrganizations(text: string | undefined): string[] | null {
  if (text === undefined) return null
  const ids = splitList(text)
  const isId = new RegExp(idPattern('org'))
  if (ids.length > 0 && ids.every((id) => isId.test(id))) return ids
  throw new StartupError('--organizations must be a list of ids such as org_…')
}

export async function listKeys(config: Config): Promise<void> {
  await visit(config, async ({ deps }) => {
    const page = { limit: LIST_MAX, after: undefined, includeTotal: false }
    const { rows } = await listApiKeys(deps, page)
    print(
      rows.map((row) =>
        [
          row.id,
          stateOf(row, deps.now()),
          row.createdAt.toISOString(),
          row.lastUsedAt?.toISOString() ?? NEVER,
          row.name,
          row.scopes.join(',')
        ].join('  ')
      )
    )
  })
}

/** As wide as an instant. */
const NEVER = 'never used'.padEnd(24)

function stateOf({ revokedAt, expiresAt, previousSecretEndsAt }: ApiKeyRow, now: Date): string {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt !== null && expiresAt <= now) return 'expired'
  return previousSecretEndsAt !== null && previousSecretEndsAt > now ? 'rotated' : 'active '
}

/** Prints the new value; the one before is good until the overlap ends. */
export async function rotateKey(
  config: Config,
  id: string,
  overlap: string | undefined
): Promise<void> {
  if (!IS_KEY.test(id)) throw new StartupError('keys rotate takes an id: key_…')
  const bounds = { min: 0, max: OVERLAP_SECONDS_MAX }
  const seconds = readCount('--overlap', overlap, bounds) ?? OVERLAP_SECONDS
  await visit(config, async ({ deps }) => {
    const { token } = await rotateApiKey(deps, operatorContext(deps), id, seconds).catch(
      refused(id)
    )
    print([token])
  })
}

const IS_KEY = new RegExp(idPattern('key'))

/** What an operator can mend, in one line. */
const refused = (id: string) => (error: unknown) => {
  if (!(error instanceof Problem)) throw error
  throw new StartupError(
    error.definition.code === 'api_key_revoked'
      ? `${id} is revoked: make another key.`
      : `There is no key ${id}.`
  )
}

export async function revokeKey(config: Config, id: string): Promise<void> {
  if (!IS_KEY.test(id)) throw new StartupError('keys revoke takes an id: key_…')
  await visit(config, async ({ deps }) => {
    const { name } = await revokeApiKey(deps, operatorContext(deps), id).catch(refused(id))
    print([`${id} (${name}) is revoked.`])
  })
}

const splitList = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
