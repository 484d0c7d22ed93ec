import { eq, sql } from 'drizzle-orm'
import type { Database, Tx } from '../../src/db/client.js'
import { organizations } from '../../src/db/tables/organizations.js'
import { untilBlocked } from './database.js'

interface Interleaving<T> {
  /** Fired while the organization is locked, so it waits there. */
  readonly request: () => Promise<T>
  /** What happens meanwhile, committed when the lock is given back. */
  readonly meanwhile: (tx: Tx) => Promise<unknown>
}

/** Answers with what the request got to see after the other command had committed. */
export async function interleave<T>(
  db: Database,
  organizationId: string,
  { request, meanwhile }: Interleaving<T>
): Promise<T> {
  const { answer } = await db.transaction(async (tx) => {
    await lockOrganization(tx, organizationId)
    const answer = request()
    await untilBlocked(db)
    await meanwhile(tx)
    return { answer }
  })
  return answer
}

export async function lockOrganization(tx: Tx, id: string): Promise<void> {
  await tx.select().from(organizations).where(eq(organizations.id, id)).for('no key update')
}

/** All have been let in and wait for the organization, which they get in this order. */
export async function inTurn<T>(
  db: Database,
  organizationId: string,
  requests: readonly (() => Promise<T>)[]
): Promise<T[]> {
  const { answers } = await db.transaction(async (tx) => {
    await lockOrganization(tx, organizationId)
    const answers: Promise<T>[] = []
    for (const request of requests) {
      answers.push(request())
      await untilBlocked(db, answers.length)
    }
    return { answers }
  })
  return Promise.all(answers)
}

interface BetweenParts<T> {
  /** A command in several parts, under an Idempotency-Key. */
  readonly request: () => Promise<T>
  /** What happens after its first part was committed and before its second one begins. */
  readonly meanwhile: () => Promise<unknown>
}

/**
 * Every part keeps its answer, so the second one finds the table of answers locked: by whoever was
 * in line for it since the first one was under way.
 */
export async function betweenParts<T>(
  db: Database,
  organizationId: string,
  { request, meanwhile }: BetweenParts<T>
): Promise<T> {
  const { answer, gate } = await db.transaction(async (tx) => {
    await lockOrganization(tx, organizationId)
    const answer = request()
    await untilBlocked(db)
    const gate = db.transaction(async (other) => {
      await other.execute(sql`lock table idempotency_keys in access exclusive mode`)
      await untilBlocked(db)
      await meanwhile()
    })
    await untilBlocked(db, 2)
    return { answer, gate }
  })
  await gate
  return answer
}
