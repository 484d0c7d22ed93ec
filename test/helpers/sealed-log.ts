import { sql } from 'drizzle-orm'
import type { CallContext } from '../../src/context.js'
import type { Deps } from '../../src/deps.js'
import { appendEvents } from '../../src/features/events/append-events.js'
import { sealEvents } from '../../src/features/events/seal-events.sweep.js'
import { type Checked, verifyLog } from '../../src/features/events/verify-log.js'
import { until } from './database.js'

/** Seals until no event is left: transactions of other tests may be under way in the same server. */
export const sealLog = (deps: Deps) =>
  until(async () => {
    await sealEvents.run(deps)
    const { rows } = await deps.db.execute(sql`
      select from events, event_sealing where events.position > event_sealing.position limit 1`)
    return rows.length === 0
  })

/** What `muster audit verify` finds, added up. */
export async function verifyAll(deps: Deps, options: Parameters<typeof verifyLog>[1] = {}) {
  const parts: Checked[] = []
  for await (const part of verifyLog(deps, options)) parts.push(part)
  const sum = (of: (part: Checked) => number) => parts.reduce((all, part) => all + of(part), 0)
  return {
    findings: parts.flatMap(({ findings }) =>
      findings.map(({ what, detail }) => `${what}: ${detail}`)
    ),
    notes: parts.flatMap(({ notes }) => notes),
    seals: sum(({ seals }) => seals),
    events: sum(({ events }) => events),
    unsealed: sum(({ unsealed }) => unsealed),
    head: parts.at(-1)?.head ?? null
  }
}

/** What somebody does who may write to the database: no trigger sees it. */
export async function tamper(deps: Deps, ...statements: readonly string[]): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await tx.execute('set local session_replication_role = replica')
    for (const statement of statements) await tx.execute(statement)
  })
}

interface Told {
  readonly organizationId: string
  readonly retention?: string | null
  readonly count?: number
  readonly now: Date
}

/** Events of an organization, as a person leaves them; committed. Answers with their ids. */
export async function tellEvents(deps: Deps, told: Told): Promise<string[]> {
  const { organizationId, retention = null, count = 1, now } = told
  const ctx: CallContext = {
    actor: { type: 'user', id: 'u_ana', name: 'Ana' },
    origin: { ip: '192.0.2.7', userAgent: 'Browser/1' },
    requestId: 'req-1',
    locale: 'en',
    now
  }
  return deps.db.transaction((tx) =>
    appendEvents(
      tx,
      ctx,
      { organizationId, retention, policyVersion: 1 },
      Array.from({ length: count }, (_, index) => ({
        type: 'organization.updated' as const,
        subject: { type: 'organization' as const, id: organizationId },
        data: { reason: `reason ${index}`, step: index },
        changes: {
          name: [`name ${index}`, `name ${index + 1}`] as [string, string],
          step: [index, index + 1] as [number, number]
        }
      }))
    )
  )
}
