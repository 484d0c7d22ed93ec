import { eq } from 'drizzle-orm'
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
