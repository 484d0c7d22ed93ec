import { and, inArray } from 'drizzle-orm'
import { type Db, hasCode, type Tx } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import {
  type ACCOUNT_KINDS,
  type CreditTransferRow,
  creditTransfers
} from '../../db/tables/credits.js'
import { idempotencyKeyReused, type Problem } from '../../errors.js'
import { idToUuid, newId, uuidToId } from '../../ids.js'
import { refusalOf } from './refusals.js'
import { isSameTransfer } from './same-transfer.js'
import type { Crossing, PlacedRequest, TransferOutcome } from './transfer-request.js'

/** One call (migrations): what holds for each transfer stands there. */
const APPLY: Statement = {
  name: 'apply_credit_transfers',
  text: 'select * from apply_credit_transfers($1, $2)'
}

type AccountKind = (typeof ACCOUNT_KINDS)[number]

/** What the function says of one transfer; numbers come as text. */
interface Applied {
  readonly place: number
  readonly outcome: string
  readonly known_id: string | null
  readonly amount: string
  readonly from_account: AccountKind
  readonly from_id: string
  readonly to_account: AccountKind
  readonly to_id: string
  readonly member_id: string | null
  readonly balance: string
  readonly detail: string | null
  readonly member_status: string | null
  /** A percent, or 0: nothing is left. */
  readonly crossing: number | null
}

/**
 * Does the transfers in the order given, as if one by one, in one statement, and answers with what
 * became of each, in the same order. No two of a call may have the same key, or refer to the same
 * transfer. Appends no events: see `moveCredits`.
 */
export async function applyTransfers(
  tx: Tx,
  placed: readonly PlacedRequest[]
): Promise<TransferOutcome[]> {
  return apply(tx, placed, false)
}

/**
 * The same as a transaction by itself, for what leaves no events: undefined, and nothing was done, where
 * it turns out that one has left little, which is to be told in the same transaction.
 */
export async function applyAlone(
  db: Db,
  placed: readonly PlacedRequest[]
): Promise<TransferOutcome[] | undefined> {
  return apply(db, placed, true).catch((error: unknown) => {
    if (hasCode(error, LITTLE_LEFT)) return undefined
    throw error
  })
}

/** As the function says it. */
const LITTLE_LEFT = 'MU001'

async function apply(
  db: Db,
  placed: readonly PlacedRequest[],
  isAlone: boolean
): Promise<TransferOutcome[]> {
  if (placed.length === 0) return []
  const ids = placed.map(() => newId('trf'))
  const given = JSON.stringify(placed.map((one, index) => toGiven(one, index, ids[index] ?? '')))
  const applied = await db.run<Applied & Record<string, unknown>>(APPLY, [given, isAlone])
  const known = await findKnown(db, placed, applied)
  return placed.map((one, index) => {
    const found = applied[index]
    if (!found) throw new Error('a transfer was left without an answer')
    return toOutcome({ placed: one, id: ids[index] ?? '', applied: found, known })
  })
}

const uuidOf = (id: string | undefined) => (id === undefined ? null : idToUuid('mem', id))

function toGiven({ request, rules, ...call }: PlacedRequest, index: number, id: string) {
  return {
    place: index + 1,
    organization_id: idToUuid('org', call.organizationId),
    id: idToUuid('trf', id),
    rest_id: request.kind === 'capture' ? idToUuid('trf', newId('trf')) : null,
    kind: request.kind,
    amount: request.amount,
    member_id: uuidOf(request.memberId),
    to_member_id: uuidOf(request.toMemberId),
    of_id: request.ofId === undefined ? null : idToUuid('trf', request.ofId),
    idempotency_key: request.idempotencyKey,
    reference: request.reference,
    reason: request.reason,
    metadata: request.metadata,
    priority: request.priority,
    expires_at: request.expiresAt,
    actor_type: call.actor.type,
    actor_id: call.actor.id,
    request_id: call.requestId,
    at: call.now,
    trusted: request.trusted ?? false,
    low_at: rules.lowAt,
    modes: rules.modes
  }
}

/** Those that were done before, under the same keys. */
async function findKnown(
  db: Db,
  placed: readonly PlacedRequest[],
  applied: readonly Applied[]
): Promise<ReadonlyMap<string, CreditTransferRow>> {
  const ids = applied.flatMap(({ known_id: id }) => (id === null ? [] : uuidToId('trf', id)))
  if (ids.length === 0) return new Map()
  const organizations = [...new Set(placed.map(({ organizationId }) => organizationId))]
  const { organizationId, id } = creditTransfers
  const rows = await db
    .select()
    .from(creditTransfers)
    .where(and(inArray(organizationId, organizations), inArray(id, ids)))
  return new Map(rows.map((row) => [row.id, row]))
}

interface Answered {
  readonly placed: PlacedRequest
  readonly id: string
  readonly applied: Applied
  readonly known: ReadonlyMap<string, CreditTransferRow>
}

function toOutcome({ placed, id, applied, known }: Answered): TransferOutcome {
  const { outcome } = applied
  if (outcome === 'nothing') return { status: 'nothing' }
  if (outcome === 'created') {
    return {
      status: 'created',
      transfer: toRow(placed, id, applied),
      crossing: crossingOf(applied)
    }
  }
  if (outcome !== 'replayed') return refused(refusalOf(placed.request, applied))
  const transfer = known.get(uuidToId('trf', applied.known_id ?? ''))
  if (!transfer) throw new Error('a transfer that is there cannot disappear')
  return isSameTransfer(placed, transfer)
    ? { status: 'replayed', transfer }
    : refused(idempotencyKeyReused())
}

const refused = (problem: Problem): TransferOutcome => ({ status: 'refused', problem })

/** The row that the function wrote: what it did not decide is as it was asked. */
function toRow(
  { request, ...call }: PlacedRequest,
  id: string,
  applied: Applied
): CreditTransferRow {
  const { member_id: memberId } = applied
  return {
    organizationId: call.organizationId,
    id,
    kind: request.kind,
    amount: Number(applied.amount),
    fromAccount: applied.from_account,
    fromId: uuidToId('mem', applied.from_id),
    toAccount: applied.to_account,
    toId: uuidToId('mem', applied.to_id),
    memberId: memberId === null ? null : uuidToId('mem', memberId),
    ofId: request.ofId ?? null,
    endsHold: request.kind === 'capture' || request.kind === 'release',
    balance: Number(applied.balance),
    idempotencyKey: request.idempotencyKey ?? null,
    reference: request.reference ?? null,
    reason: request.reason ?? null,
    metadata: request.metadata ?? {},
    priority: request.priority ?? null,
    expiresAt: request.expiresAt ?? null,
    actorType: call.actor.type,
    actorId: call.actor.id,
    requestId: call.requestId,
    createdAt: call.now
  }
}

function crossingOf({ crossing }: Applied): Crossing | undefined {
  if (crossing === null) return undefined
  return crossing === 0 ? { type: 'exhausted' } : { type: 'low', percent: crossing }
}
