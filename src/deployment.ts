import { and, eq, gt, isNull, notInArray, or, sql } from 'drizzle-orm'
import { fileClock, systemClock } from './clock.js'
import type { Config } from './config.js'
import { type EmbeddedPostgres, openEmbedded, startEmbedded } from './db/embedded.js'
import { migrateDatabase } from './db/migrate.js'
import { domainClaims } from './db/tables/domain-claims.js'
import { invitations } from './db/tables/invitations.js'
import { buildDeps, type Deps } from './deps.js'
import { StartupError } from './errors.js'
import { seedPresets } from './policy-versions.js'
import { keepSecrets, type Secrets } from './secrets.js'
import { loadTracing } from './telemetry/load-tracing.js'

/** A database that is up to date, and everything a process needs to work on it. */
export interface Deployment {
  readonly deps: Deps
  /** Resolves when the embedded database has ended by itself. */
  readonly lost?: Promise<void>
  close(): Promise<void>
}

/** `serve`: the one Muster of an embedded database. `visit`: beside it, for a moment. */
type Purpose = 'serve' | 'visit'

/**
 * Opens the configured database, or the embedded one, migrates it and builds the Deps.
 *
 * @throws StartupError that says in one line what the operator has to mend
 */
export async function openDeployment(config: Config, purpose: Purpose): Promise<Deployment> {
  if (config.databaseUrl !== undefined) {
    const { databaseUrl, linkSecrets, encryptionKeys } = config
    if (!linkSecrets || !encryptionKeys) throw new Error('the configuration demands both')
    return openOn(config, { databaseUrl, secrets: { linkSecrets, encryptionKeys } })
  }
  const { postgresPassword: password, ...secrets } = await keepSecrets(config)
  const open = purpose === 'serve' ? startEmbedded : openEmbedded
  const embedded = await open({ dataDir: config.dataDir, password })
  try {
    return await openOn(config, { databaseUrl: embedded.url, secrets, embedded })
  } catch (error) {
    await embedded.stop()
    throw error
  }
}

interface Opened {
  readonly databaseUrl: string
  readonly secrets: Secrets
  readonly embedded?: EmbeddedPostgres
}

async function openOn(
  config: Config,
  { databaseUrl, secrets, embedded }: Opened
): Promise<Deployment> {
  // Read before anything is opened: a wrong file must not leave connections behind.
  const now = config.testClockFile === undefined ? systemClock : fileClock(config.testClockFile)
  await migrateDatabase(databaseUrl)
  const startTracing = await loadTracing(config.tracing)
  const deps = buildDeps({ config, databaseUrl, ...secrets, now, startTracing })
  try {
    await prepare(deps)
  } catch (error) {
    await deps.close()
    throw error
  }
  return {
    deps,
    ...(embedded ? { lost: embedded.lost } : {}),
    async close() {
      await deps.close()
      await embedded?.stop()
    }
  }
}

/** What must be true of the data before a process works on it. */
export async function prepare(deps: Deps): Promise<void> {
  await seedPresets(deps.db, deps.now())
  await refuseLostSecrets(deps)
  await refuseLostKeys(deps)
}

/** Nor can a key that the secrets of webhook endpoints are encrypted with: nothing could be sent. */
async function refuseLostKeys({ db, sealer }: Deps): Promise<void> {
  const { rows } = await db.execute<{ count: number }>(sql`
    select count(*)::int as count from webhook_endpoints endpoint, lateral (
      values (endpoint.secret), (endpoint.previous_secret)) used(secret)
    where used.secret is not null
      and convert_from(substring(used.secret from 2 for get_byte(used.secret, 0)), 'UTF8')
        <> all(${sql.param([...sealer.keyIds])}::text[])`)
  const count = rows[0]?.count ?? 0
  if (count === 0) return
  throw new StartupError(
    `MUSTER_ENCRYPTION_KEYS lacks a key that ${count} webhook secrets are encrypted with: ` +
      'add it again, behind the current one.'
  )
}

/** A secret that open invitations and claims were signed with cannot be dropped unnoticed. */
async function refuseLostSecrets({ db, linkSecrets, now }: Deps): Promise<void> {
  const known = [...linkSecrets.byId.keys()]
  const lost = {
    'open invitations': await db.$count(
      invitations,
      and(
        eq(invitations.status, 'pending'),
        notInArray(invitations.secretId, known),
        or(isNull(invitations.expiresAt), gt(invitations.expiresAt, now()))
      )
    ),
    'open domain claims': await db.$count(
      domainClaims,
      and(
        eq(domainClaims.status, 'pending'),
        eq(domainClaims.method, 'email'),
        notInArray(domainClaims.secretId, known),
        gt(domainClaims.expiresAt, now())
      )
    )
  }
  for (const [what, count] of Object.entries(lost)) {
    if (count === 0) continue
    throw new StartupError(
      `MUSTER_LINK_SECRETS lacks a secret that ${count} ${what} were signed with: ` +
        'add it again, behind the current one.'
    )
  }
}
