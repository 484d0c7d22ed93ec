import type { FastifyRequest } from 'fastify'
import type { Statement } from '../db/statement.js'
import type { Deps } from '../deps.js'
import { idToUuid } from '../ids.js'
import { ownOrigin } from './origin.js'
import type { Principal } from './prove.js'

/** How often the use of one key is written down, and how often a failure to do so is told. */
const EVERY_MS = 60_000

/**
 * A key that is just being changed, or whose use another process is writing, is passed over: nobody
 * waits for this, and the next minute tells it again.
 */
const WRITE: Statement = {
  name: 'write_key_uses',
  text: `update api_keys k
    set last_used_at = used.at, last_used_ip = coalesce(used.ip, k.last_used_ip)
    from (
      select locked.id, told.at, told.ip
      from json_to_recordset($1::json) as told(id uuid, at timestamptz, ip inet)
      join api_keys locked on locked.id = told.id
      where locked.last_used_at is null
        or locked.last_used_at <= told.at - interval '${EVERY_MS} ms'
      for no key update of locked skip locked) used
    where k.id = used.id`
}

interface Use {
  readonly keyId: string
  readonly at: Date
  /** Of the host's server; null: not told, or somebody's own device. */
  readonly ip: string | null
}

/** When keys were last used, written down beside the requests that use them. */
export interface KeyUses {
  /** Whether a use at this instant would be written down. */
  isDue(keyId: string, at: Date): boolean
  /** Returns at once. */
  note(use: Use): void
  /** Resolves when everything that was noted is written, or has failed. */
  written(): Promise<void>
}

export function createKeyUses(deps: Deps): KeyUses {
  const notedAt = new Map<string, number>()
  let waiting: Use[] = []
  let writing: Promise<void> | undefined
  let failedAt: number | undefined

  async function drain(): Promise<void> {
    // At the end of this turn, so that keys that are used in it go together.
    await Promise.resolve()
    while (waiting.length > 0) {
      const uses = waiting
      waiting = []
      await write(deps, uses).catch((error: unknown) => {
        const now = deps.now().getTime()
        if (failedAt !== undefined && now - failedAt < EVERY_MS) return
        failedAt = now
        deps.log.warn({ err: error }, 'Could not write down when API keys were used')
      })
    }
    writing = undefined
  }

  return {
    isDue(keyId, at) {
      const noted = notedAt.get(keyId)
      return noted === undefined || at.getTime() - noted >= EVERY_MS
    },
    note(use) {
      notedAt.set(use.keyId, use.at.getTime())
      waiting.push(use)
      writing ??= drain()
    },
    written: async () => writing
  }
}

async function write({ db }: Deps, uses: readonly Use[]): Promise<void> {
  const rows = uses.map(({ keyId, at, ip }) => ({ id: idToUuid('key', keyId), at, ip }))
  await db.run(WRITE, [JSON.stringify(rows)])
}

/** A token is a use of its key. From where it comes is from where a person does: that is not kept. */
export function noteUse(uses: KeyUses, request: FastifyRequest, principal: Principal): void {
  if (principal.kind === 'person') return
  const { apiKeyId: keyId, now: at } = principal.key
  if (keyId === undefined || !uses.isDue(keyId, at)) return
  uses.note({ keyId, at, ip: principal.kind === 'key' ? ownOrigin(request).ip : null })
}
