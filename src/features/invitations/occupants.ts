import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { columnsOf, rowReader } from '../../db/rows.js'
import type { Statement } from '../../db/statement.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Problem } from '../../errors.js'
import { externalIdTaken } from '../../errors.js'
import { idToUuid } from '../../ids.js'
import { statusAt } from '../members/effective-status.js'
import type { Invitee, Wanted } from './addresses.js'
import { alreadyInvited, alreadyMember } from './errors.js'

/** Who is in the way of the wanted addresses. */
export interface Occupants {
  /** The member whose offer ran out and whose seat can be offered again. */
  reusable(emailKey: string): MemberRow | undefined
  refuse(invitee: Invitee, emailKey: string): Problem | undefined
  /** Counts an address of the same request as if it were written already. */
  claim(invitee: Invitee, emailKey: string): void
}

const readMember = rowReader(members)

const FIND_OCCUPANTS: Statement = {
  name: 'find_occupants',
  text: `
    select ${columnsOf(members, 'members')} from members
    where organization_id = $1 and status <> 'removed'
      and (email_key = any($2) or external_id = any($3))`
}

/** Reads everybody who holds one of the addresses or external ids, in one statement. */
export async function findOccupants(
  tx: Tx,
  ctx: OrgContext,
  wanted: readonly Wanted[]
): Promise<Occupants> {
  const emailKeys = wanted.flatMap(({ address }) => (address ? [address.key] : []))
  const externalIds = wanted.flatMap(({ invitee }) => invitee.external_id ?? [])
  const organizationId = idToUuid('org', ctx.organizationId)
  const found = await tx.run(FIND_OCCUPANTS, [organizationId, emailKeys, externalIds])
  const rows = found.map(readMember)
  const byEmail = new Map(rows.map((row) => [row.emailKey, row]))
  const ownerOfId = new Map(rows.map((row) => [row.externalId, row.emailKey]))
  return {
    reusable: (emailKey) => byEmail.get(emailKey),
    refuse: ({ external_id: externalId }, emailKey) => {
      const holder = byEmail.get(emailKey)
      const owner = externalId === undefined ? undefined : ownerOfId.get(externalId)
      if (owner !== undefined && owner !== emailKey) return externalIdTaken()
      return holder ? refuseHolder(holder, ctx.now) : undefined
    },
    claim: ({ external_id: externalId }, emailKey) => {
      if (externalId !== undefined) ownerOfId.set(externalId, emailKey)
    }
  }
}

/** An offer that has run out is no obstacle: its member gets a new one. */
function refuseHolder(holder: MemberRow, now: Date): Problem | undefined {
  const status = statusAt(holder, now)
  if (status === 'invitation_expired') return undefined
  return status === 'invited'
    ? alreadyInvited({ invitation_id: holder.invitationId, member_id: holder.id })
    : alreadyMember({ member_id: holder.id })
}
