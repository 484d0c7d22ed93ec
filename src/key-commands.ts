import type { Config } from './config.js'
import { newApiKeyToken } from './crypto/api-key-token.js'
import type { ApiKeyRow } from './db/tables/api-keys.js'
import { Problem, StartupError } from './errors.js'
import { createApiKey } from './features/api-keys/create-api-key.js'
import { listApiKeys } from './features/api-keys/list-api-keys.js'
import { revokeApiKey } from './features/api-keys/revoke-api-key.js'
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
  await visit(config, async ({ deps }) => {
    const { token } = await createApiKey(deps, operatorContext(deps), {
      name: options.name,
      scopes: scopes as Scope[],
      organization_ids: organizationIds
    })
    print([token])
  })
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
          row.name,
          row.scopes.join(',')
        ].join('  ')
      )
    )
  })
}

function stateOf({ revokedAt, expiresAt }: ApiKeyRow, now: Date): string {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active '
}

export async function revokeKey(config: Config, id: string): Promise<void> {
  if (!new RegExp(idPattern('key')).test(id))
    throw new StartupError('keys revoke takes an id: key_…')
  await visit(config, async ({ deps }) => {
    try {
      const { name } = await revokeApiKey(deps, operatorContext(deps), id)
      print([`${id} (${name}) is revoked.`])
    } catch (error) {
      throw error instanceof Problem ? new StartupError(`There is no key ${id}.`) : error
    }
  })
}

const splitList = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
