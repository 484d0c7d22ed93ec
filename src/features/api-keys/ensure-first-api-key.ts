import { sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import {
  apiKeySecretMatches,
  newApiKeyToken,
  parseApiKeyToken
} from '../../crypto/api-key-token.js'
import { type ApiKeyRow, apiKeys } from '../../db/tables/api-keys.js'
import type { Deps } from '../../deps.js'
import { Problem, StartupError } from '../../errors.js'
import { insertApiKey } from './create-api-key.js'
import { getApiKey } from './get-api-key.js'

/** Serialises processes that start together on an empty database. */
const FIRST_KEY_LOCK = 7_291_600_452

/**
 * A deployment without any key gets its first one. Answers with its value when it was made here, so
 * that it can be shown; undefined when there was one already.
 */
export async function createFirstApiKey(deps: Deps): Promise<string | undefined> {
  const ctx = systemContext(deps)
  return runCommand(deps, ctx, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${FIRST_KEY_LOCK})`)
    const [existing] = await tx.select({ id: apiKeys.id }).from(apiKeys).limit(1)
    if (existing) return undefined
    const { id, secret, token } = newApiKeyToken()
    await insertApiKey(tx, ctx, { ...FIRST_KEY, id, secret })
    return token
  })
}

/**
 * Makes the key that MUSTER_API_KEY fixes, unless it is there. A revoked one stays revoked. One that was
 * rotated may be told as it was before for as long as that is good.
 *
 * @throws StartupError when another key has its id, and when it was rotated out
 */
export async function ensureConfiguredApiKey(deps: Deps, token: string): Promise<void> {
  const parsed = parseApiKeyToken(token)
  if (!parsed) throw new Error('the configuration lets through only what parses')
  const ctx = systemContext(deps)
  await runCommand(deps, ctx, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${FIRST_KEY_LOCK})`)
    const existing = await getApiKey(tx, parsed.id).catch((error: unknown) => {
      if (error instanceof Problem) return undefined
      throw error
    })
    if (!existing) await insertApiKey(tx, ctx, { ...FIRST_KEY, ...parsed })
    else if (!apiKeySecretMatches(parsed.secret, existing.secretHash)) {
      const until = endOfPrevious(existing, parsed.secret, ctx.now)
      deps.log.warn({ until }, 'MUSTER_API_KEY was rotated: set it to the new value until then')
    }
  })
}

/** Until when the secret before the last rotation is good. @throws StartupError when it is not */
function endOfPrevious(row: ApiKeyRow, secret: string, now: Date): Date {
  const { previousSecretHash: hash, previousSecretEndsAt: end } = row
  if (hash === null || end === null || !apiKeySecretMatches(secret, hash)) {
    throw new StartupError('MUSTER_API_KEY has the id of a key that exists with another secret.')
  }
  if (end > now) return end
  throw new StartupError(
    `MUSTER_API_KEY was rotated, and its value has ended on ${end.toISOString()}: ` +
      'set it to the new one.'
  )
}

const FIRST_KEY = {
  name: 'first key',
  scopes: ['*'],
  organizationIds: null,
  expiresAt: null,
  rateLimit: null
} as const

export function systemContext(deps: Deps): CallContext {
  return { actor: SYSTEM, now: deps.now(), requestId: null, locale: 'en' }
}
