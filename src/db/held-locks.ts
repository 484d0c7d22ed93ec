import pg from 'pg'

/** A lock that one process at a time holds, as long as its connection lives. */
export interface HeldLock {
  release(): Promise<void>
}

export interface HeldLocks {
  /** Undefined: somebody else holds it. Whoever holds it here must not ask again. */
  tryHold(name: string): Promise<HeldLock | undefined>
  close(): Promise<void>
}

interface Session {
  readonly client: pg.Client
  /** Whether its locks are gone. */
  isOver: boolean
}

/**
 * Locks of the session and not of a transaction: they may be held for hours, and a process that is
 * killed loses them at once, as the server ends its connection. All of a process are held by one.
 * `onLost` is called when that breaks: somebody else may hold all of them from then on.
 */
export function createHeldLocks(databaseUrl: string, onLost: () => void): HeldLocks {
  let current: Promise<Session> | undefined
  let closed = false

  const open = async (): Promise<Session> => {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'muster locks',
      keepAlive: true
    })
    const session = { client, isOver: false }
    client.on('error', () => undefined)
    client.on('end', () => {
      session.isOver = true
      current = undefined
      if (!closed) onLost()
    })
    await client.connect()
    return session
  }

  const session = async (): Promise<Session> => {
    current ??= open()
    return current.catch((error: unknown) => {
      current = undefined
      throw error
    })
  }

  return {
    async tryHold(name) {
      const held = await session()
      const { rows } = await held.client.query<{ locked: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
        [name]
      )
      if (rows[0]?.locked !== true) return undefined
      return {
        async release() {
          if (held.isOver) return
          await held.client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name])
        }
      }
    },
    async close() {
      closed = true
      const held = await current?.catch(() => undefined)
      await held?.client.end().catch(() => undefined)
    }
  }
}
