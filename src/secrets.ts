import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { Config } from './config.js'
import { type KeyRing, parseKeyRing, SECRET_BYTES } from './crypto/key-ring.js'
import { StartupError } from './errors.js'

export interface Secrets {
  readonly linkSecrets: KeyRing
  readonly encryptionKeys: KeyRing
}

const SecretsFile = z.strictObject({
  link_secrets: z.string(),
  encryption_keys: z.string(),
  postgres_password: z.string()
})
type SecretsFile = z.infer<typeof SecretsFile>

/** A new value for MUSTER_LINK_SECRETS or MUSTER_ENCRYPTION_KEYS. */
export function generateKeyRing(): string {
  return `k1:${randomBytes(SECRET_BYTES).toString('base64url')}`
}

/**
 * The secrets of an embedded deployment: made at its first start and kept in its data folder,
 * readable by its owner only.
 *
 * @throws StartupError when the folder cannot be written or the file is damaged
 */
export async function keepSecrets(
  config: Config
): Promise<Secrets & { readonly postgresPassword: string }> {
  const folder = resolve(config.dataDir)
  const path = join(folder, 'secrets.json')
  const file = (await readSecrets(path)) ?? (await writeSecrets(folder, path))
  const linkSecrets = config.linkSecrets ?? parseKeyRing(file.link_secrets)
  const encryptionKeys = config.encryptionKeys ?? parseKeyRing(file.encryption_keys)
  if (!linkSecrets || !encryptionKeys) throw damaged(path)
  return { linkSecrets, encryptionKeys, postgresPassword: file.postgres_password }
}

async function readSecrets(path: string): Promise<SecretsFile | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined
    throw unusable(path, error)
  })
  if (text === undefined) return undefined
  try {
    return SecretsFile.parse(JSON.parse(text))
  } catch {
    throw damaged(path)
  }
}

/** Whole or not at all: of two first starts at once, one writes and both read the same. */
async function writeSecrets(folder: string, path: string): Promise<SecretsFile> {
  const secrets: SecretsFile = {
    link_secrets: generateKeyRing(),
    encryption_keys: generateKeyRing(),
    postgres_password: randomBytes(SECRET_BYTES).toString('base64url')
  }
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    // Passable for PostgreSQL's user, but for the owner's eyes only.
    await mkdir(folder, { recursive: true, mode: 0o711 })
    await writeFile(draft, JSON.stringify(secrets, null, 2), { mode: 0o600, flush: true })
    await link(draft, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw unusable(folder, error)
  } finally {
    await unlink(draft).catch(() => undefined)
  }
  const written = await readSecrets(path)
  if (!written) throw damaged(path)
  return written
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function unusable(path: string, error: unknown): StartupError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return new StartupError(
    `MUSTER_DATA_DIR: cannot use ${path} (${reason}). Make it writable, or set another folder.`
  )
}

function damaged(path: string): StartupError {
  return new StartupError(
    `${path} is damaged. Bring it back from a backup: without it links and kept secrets are lost.`
  )
}
