import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { columnsOf, rowReader } from '../../db/rows.js'
import type { Statement } from '../../db/statement.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Problem } from '../../errors.js'
import { externalIdTaken } from '../../errors.js'
import { idToUuid } from '../../ids.js'
import { statusAt } from '../members/effective-status.js'
import type { Addressed } from './addresses.js'
import { alreadyInvited, alreadyMember } from './errors.js'

/** What a seat is given to, beside its address. */
interface Claimant {
  readonly email: string
  readonly user_id?: string
  readonly external_id?: string
}

/** Who is in the way of the wanted addresses. */
export interface Occupants {
  /** Who has the address. Where nothing is refused: whose offer ran out, so that the seat is free. */
  holderOf(emailKey: string): MemberRow | undefined
  /** The status in which whoever has the address gives it up; null: nobody has it. */
  lapsedAt(emailKey: string): 'invitation_expired' | null
  refuse(claimant: Claimant, emailKey: string): Problem | undefined
  /** Counts an address of the same request as if it were written already. */
  claim(claimant: Claimant, emailKey: string): void
}

const readMember = rowReader(members)

/** Members, and beside each whoever is asked to take its seat over, as long as that is open. */
const FIND_OCCUPANTS: Statement = {
  name: 'find_occupants',
  text: `
    select ${columnsOf(members, 'members')}, null as candidate_key from members
    where organization_id = $1 and status <> 'removed'
      and (email_key = any($2) or external_id = any($3) or user_id = any($4))
    union all
    select ${columnsOf(members, 'members')}, offers.email_key from invitations offers
    join members on members.organization_id = offers.organization_id
      and members.id = offers.member_id
    where offers.organization_id = $1 and offers.email_key = any($2)
      and offers.kind = 'reassignment' and offers.status = 'pending' and offers.expires_at > $5`
}

/** Reads everybody who holds, or is asked to take over, what is wanted, in one statement. */
export async function findOccupants(
  tx: Tx,
  ctx: Pick<OrgContext, 'organizationId' | 'now'>,
  wanted: readonly Addressed<Claimant>[]
): Promise<Occupants> {
  const emailKeys = wanted.flatMap(({ address }) => (address ? [address.key] : []))
  const externalIds = wanted.flatMap(({ invitee }) => invitee.external_id ?? [])
  const userIds = wanted.flatMap(({ invitee }) => invitee.user_id ?? [])
  const values = [idToUuid('org', ctx.organizationId), emailKeys, externalIds, userIds, ctx.now]
  const found = await tx.run<{ candidate_key: string | null }>(FIND_OCCUPANTS, values)
  const rows = found.filter((row) => row.candidate_key === null).map(readMember)
  const byEmail = new Map(rows.map((row) => [row.emailKey, row]))
  const byUser = new Map(rows.map((row) => [row.userId, row]))
  const ownerOfId = new Map(rows.map((row) => [row.externalId, row.emailKey]))
  const byCandidate = new Map(found.map((row) => [row.candidate_key, readMember(row)]))
  return {
    holderOf: (emailKey) => byEmail.get(emailKey),
    lapsedAt: (emailKey) => (byEmail.has(emailKey) ? 'invitation_expired' : null),
    refuse: ({ user_id: userId = null, external_id: externalId = null }, emailKey) => {
      const owner = externalId === null ? undefined : ownerOfId.get(externalId)
      if (owner !== undefined && owner !== emailKey) return externalIdTaken()
      const person = userId === null ? undefined : byUser.get(userId)
      return (
        refuseHolder(byEmail.get(emailKey), ctx.now) ??
        refuseHolder(person, ctx.now) ??
        refuseCandidate(byCandidate.get(emailKey))
      )
    },
    claim: ({ external_id: externalId }, emailKey) => {
      if (externalId !== undefined) ownerOfId.set(externalId, emailKey)
    }
  }
}

/** An offer that has run out is no obstacle: its member gets a new one. */
function refuseHolder(holder: MemberRow | undefined, now: Date): Problem | undefined {
  if (!holder) return undefined
  const status = statusAt(holder, now)
  if (status === 'invitation_expired') return undefined
  return status === 'invited'
    ? alreadyInvited({ invitation_id: holder.invitationId, member_id: holder.id })
    : alreadyMember({ member_id: holder.id })
}

/** Until the offer is over the address is spoken for: whoever accepts must not hold another seat. */
function refuseCandidate(account: MemberRow | undefined): Problem | undefined {
  if (!account) return undefined
  return alreadyInvited({ invitation_id: account.invitationId, member_id: account.id })
}
