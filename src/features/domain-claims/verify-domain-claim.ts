import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { DomainClaimRow } from '../../db/tables/domain-claims.js'
import type { Deps } from '../../deps.js'
import type { TxtAnswer } from '../../dns.js'
import type { Problem } from '../../errors.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, lockToUse, placeOf } from '../organizations/queries.js'
import { isCodeOf, TRIES_MAX } from './claim-code.js'
import { claimFailed } from './claim-events.js'
import { holdsRecord, recordOf } from './dns-record.js'
import {
  domainCodeMissing,
  domainCodeWrong,
  domainLookupFailed,
  domainNotProven
} from './errors.js'
import { claimAt, findClaim, refuseProof, writeClaim } from './queries.js'
import { refuseEnded, writeVerified } from './write-verified.js'

interface Proof {
  readonly id: string
  /** Of a claim by mail. */
  readonly code?: string | undefined
}

/** A wrong code is no failure of the command: that it was tried is committed. */
type Outcome = DomainClaimRow | Problem

/**
 * Proves a claim (OP-50) by the code that was mailed or by the record in DNS, which is looked up
 * before anything is locked. One that is proven already is answered as it is.
 *
 * @throws Problem not_permitted, not_offered, not_found, domain_proof_not_offered,
 * domain_code_missing, domain_not_proven, domain_lookup_failed, domain_taken, why it has ended
 */
export async function verifyDomainClaim(
  deps: Deps,
  ctx: OrgContext,
  { id, code }: Proof
): Promise<Outcome> {
  const seen = await lookUp(deps, ctx, id)
  return runCommand(deps, ctx, async (tx): Promise<Outcome> => {
    const organization = await lockToUse(deps, tx, ctx, 'domain.claim')
    const row = await findClaim(tx, ctx, id)
    if (row.status === 'verified') return row
    refuseEnded(row, ctx.now)
    refuseProof(organization.policy.policy, row.method)
    if (row.method === 'dns') refuseUnproven(row, seen)
    else {
      if (code === undefined) throw domainCodeMissing()
      if (!isCodeOf(deps, row, code)) return countTry(tx, ctx, organization, row)
    }
    return writeVerified(tx, ctx, organization, row)
  })
}

/** Undefined: there is nothing to look up. */
async function lookUp(deps: Deps, ctx: OrgContext, id: string): Promise<TxtAnswer | undefined> {
  const row = await findClaim(deps.db, ctx, id)
  const record = recordOf(row)
  const isPending = claimAt(row, ctx.now).status === 'pending'
  return record && isPending ? deps.dns.lookUpTxt(record.name) : undefined
}

/** @throws Problem domain_not_proven, domain_lookup_failed */
function refuseUnproven(row: DomainClaimRow, seen: TxtAnswer | undefined): void {
  const record = recordOf(row)
  if (!record || !seen) throw new Error('a pending claim by DNS has been looked up')
  const { name, value } = record
  if (seen.kind === 'failed') throw domainLookupFailed({ name, reason: seen.code })
  const texts = seen.kind === 'records' ? seen.texts : []
  if (holdsRecord(texts, record)) return
  throw domainNotProven({ name, expected: value, found: texts.length })
}

/** The last one ends the claim: guessing is cut off (OP-50). */
async function countTry(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  row: DomainClaimRow
): Promise<Problem> {
  const tries = row.tries + 1
  const isLast = tries >= TRIES_MAX
  const failed = { status: 'failed', failure: 'too_many_tries', endedAt: ctx.now } as const
  const written = await writeClaim(tx, ctx, row, { tries, ...(isLast ? failed : {}) })
  if (isLast) appendEvents(tx, ctx, placeOf(organization), [claimFailed(written, 'pending')])
  return domainCodeWrong({ tries_left: TRIES_MAX - tries })
}
