import { POOL_HOLDER, type WANTED_KINDS } from '../../db/tables/credits.js'
import { invalidRequest } from '../../errors.js'
import type { CreditTransferCreate, TransferWish } from './schemas.js'
import type { TransferRequest } from './transfer-request.js'

type WantedKind = (typeof WANTED_KINDS)[number]
type Field = Exclude<keyof TransferWish, 'kind' | (typeof COMMON)[number]>

/** What any transfer may have. */
const COMMON = ['reference', 'reason', 'metadata', 'idempotency_key'] as const

interface Fields {
  readonly required: readonly Field[]
  readonly optional?: readonly Field[]
}

const FIELDS: Readonly<Record<WantedKind, Fields>> = {
  top_up: { required: ['amount'], optional: ['priority', 'expires_at'] },
  allocate: { required: ['amount', 'member_id'] },
  reclaim: { required: ['amount', 'member_id'] },
  move: { required: ['amount', 'member_id', 'to_member_id'] },
  spend: { required: ['amount'], optional: ['member_id'] },
  refund: { required: ['transfer_id'], optional: ['amount'] },
  hold: { required: ['amount'], optional: ['member_id', 'expires_at'] },
  capture: { required: ['transfer_id'], optional: ['amount'] },
  release: { required: ['transfer_id'] }
}

/** What every client and the database can write. */
const LATEST = new Date('9000-01-01T00:00:00.000Z')
const HOLD_MS = 600_000
const HOLD_MAX_MS = 7 * 86_400_000

/**
 * A transfer as it is wanted, at its place in the body. A field that its kind does not take is refused,
 * not ignored.
 *
 * @throws Problem invalid_request
 */
function readTransfer(wish: TransferWish, pointer: string, now: Date): TransferRequest {
  const { kind } = wish
  if (kind === undefined) throw invalid(`${pointer}/kind`, 'Is required.')
  const { required, optional = [] } = FIELDS[kind]
  for (const field of required) {
    if (wish[field] === undefined) throw invalid(`${pointer}/${field}`, 'Is required.')
  }
  const known: ReadonlySet<string> = new Set(['kind', ...COMMON, ...required, ...optional])
  const other = Object.keys(wish).find((field) => !known.has(field))
  if (other !== undefined) throw invalid(`${pointer}/${other}`, `Is not for the kind ${kind}.`)
  for (const field of ['member_id', 'to_member_id'] as const) {
    if (wish[field] === POOL_HOLDER) throw invalid(`${pointer}/${field}`, 'Names nobody.')
  }
  if (kind === 'move' && wish.member_id === wish.to_member_id) {
    throw invalid(`${pointer}/to_member_id`, 'Must be another member.')
  }
  return {
    kind,
    amount: wish.amount,
    memberId: wish.member_id,
    toMemberId: wish.to_member_id,
    ofId: wish.transfer_id,
    idempotencyKey: wish.idempotency_key,
    reference: wish.reference,
    reason: wish.reason,
    metadata: wish.metadata,
    priority: wish.priority,
    expiresAt: readExpiry(wish, `${pointer}/expires_at`, now)
  }
}

function readExpiry({ kind, expires_at: text }: TransferWish, pointer: string, now: Date) {
  const isHold = kind === 'hold'
  if (text === undefined) return isHold ? new Date(now.getTime() + HOLD_MS) : undefined
  const expiresAt = new Date(text)
  // That it is over the ledger says, once it knows that its key was not used in time.
  if (expiresAt > LATEST) throw invalid(pointer, 'Must be before the year 9000.')
  if (isHold && expiresAt.getTime() > now.getTime() + HOLD_MAX_MS) {
    throw invalid(pointer, 'A hold lasts at most 7 days.')
  }
  return expiresAt
}

const invalid = (pointer: string, detail: string) =>
  invalidRequest({ errors: [{ pointer: `#${pointer}`, detail }] })

interface WantedTransfers {
  readonly requests: readonly TransferRequest[]
  readonly isWhole: boolean
  /** Each is answered by itself. */
  readonly isMany: boolean
}

/**
 * One transfer, or many. The key of the request is that of its only transfer; of many each gets its
 * own from it, unless it has one.
 *
 * @throws Problem invalid_request
 */
export function readTransfers(
  { transfers, all_or_nothing: isWhole, ...single }: CreditTransferCreate,
  key: string | undefined,
  now: Date
): WantedTransfers {
  if (transfers === undefined) {
    if (isWhole !== undefined) throw invalid('/all_or_nothing', 'Is for many transfers.')
    if (key !== undefined && single.idempotency_key !== undefined) {
      throw invalid('/idempotency_key', 'Stands in the header already.')
    }
    const request = readTransfer(single, '', now)
    const own = key === undefined ? request : { ...request, idempotencyKey: key }
    return { requests: [own], isWhole: false, isMany: false }
  }
  const [other] = Object.keys(single)
  if (other !== undefined) throw invalid(`/${other}`, 'Stands in each of the transfers.')
  const requests = transfers.map((wish, index) => {
    const request = readTransfer(wish, `/transfers/${index}`, now)
    const given = key === undefined ? undefined : `${key}#${index}`
    return { ...request, idempotencyKey: request.idempotencyKey ?? given }
  })
  refuseDoubles(requests)
  return { requests, isWhole: isWhole ?? false, isMany: true }
}

/** What refers to the same could not be done as if one by one. */
function refuseDoubles(requests: readonly TransferRequest[]): void {
  const seen = new Set<string>()
  requests.forEach(({ idempotencyKey: key, ofId }, index) => {
    const names = [
      ...(key === undefined ? [] : [[`key ${key}`, 'idempotency_key'] as const]),
      ...(ofId === undefined ? [] : [[`of ${ofId}`, 'transfer_id'] as const])
    ]
    for (const [name, field] of names) {
      if (seen.has(name)) throw invalid(`/transfers/${index}/${field}`, 'Stands there twice.')
      seen.add(name)
    }
  })
}
