import { sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import type { WebhookEndpointRow } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import { disableEndpoint, lockEndpoint } from './disable-endpoint.js'
import { ATTEMPTS_MAX, FAILING_MAX_MS, pauseAfter, type Ruling } from './retry-schedule.js'

/** How an endpoint's consumer does, as whoever drains it knows. */
export interface Circuit {
  readonly failures: number
  readonly failingSince: Date | null
  readonly pausedUntil: Date | null
  /** Undefined: it goes on. */
  readonly end: 'gone' | 'failing' | undefined
}

export const circuitOf = ({
  failures,
  failingSince,
  pausedUntil
}: WebhookEndpointRow): Circuit => ({
  failures,
  failingSince,
  pausedUntil,
  end: undefined
})

/** The circuit after an attempt. A single success closes it. */
export function afterAttempt(circuit: Circuit, ruling: Ruling, now: Date): Circuit {
  if (ruling.kind === 'gone') return { ...circuit, end: 'gone' }
  if (ruling.kind === 'delivered') {
    return { failures: 0, failingSince: null, pausedUntil: null, end: circuit.end }
  }
  const failures = circuit.failures + 1
  const failingSince = circuit.failingSince ?? now
  const pauseMs = Math.max(ruling.pauseMs ?? 0, pauseAfter(failures) ?? 0)
  const until = pauseMs === 0 ? null : new Date(now.getTime() + pauseMs)
  // One that never gets through, over more than one delivery: what is rare must not end it.
  const isHopeless =
    now.getTime() - failingSince.getTime() >= FAILING_MAX_MS && failures > ATTEMPTS_MAX
  return {
    failures,
    failingSince,
    pausedUntil: laterOf(circuit.pausedUntil, until),
    end: circuit.end ?? (isHopeless ? 'failing' : undefined)
  }
}

const laterOf = (one: Date | null, other: Date | null) =>
  one === null || (other !== null && other > one) ? other : one

/** Writes how the consumer does where that has changed, and disables an endpoint that has ended. */
export async function writeCircuit(
  deps: Deps,
  id: string,
  before: Circuit,
  after: Circuit
): Promise<void> {
  if (after.end !== undefined) return end(deps, id, after.end)
  const isSame =
    before.failures === after.failures && Number(before.pausedUntil) === Number(after.pausedUntil)
  if (isSame) return
  await deps.db.execute(sql`
    update webhook_endpoints set failures = ${after.failures},
      failing_since = ${after.failingSince?.toISOString() ?? null}::timestamptz,
      paused_until = ${after.pausedUntil?.toISOString() ?? null}::timestamptz
    where id = ${idToUuid('whe', id)} and enabled`)
}

async function end(deps: Deps, id: string, reason: 'gone' | 'failing'): Promise<void> {
  const ctx: CallContext = { actor: SYSTEM, now: deps.now(), requestId: null, locale: 'en' }
  await runCommand(deps, ctx, async (tx) => {
    const endpoint = await lockEndpoint(tx, id)
    if (endpoint?.enabled) await disableEndpoint(tx, ctx, endpoint, reason)
  })
  deps.log.warn({ webhook_endpoint: id, reason }, 'A webhook endpoint has been disabled')
}
