import { sql } from 'drizzle-orm'
import type { KeyContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import type { EmailAddress } from '../../email.js'
import { Problem } from '../../errors.js'
import { idToUuid, uuidToId } from '../../ids.js'
import { claimAddress } from '../invitations/claim-address.js'
import { lockOrganization } from '../organizations/queries.js'

/** Where a membership keeps its address, and why. */
export interface Skipped {
  readonly organizationId: string
  readonly code: string
}

interface Claim {
  readonly own: readonly MemberRow[]
  /** Left out: none is asked for. */
  readonly address: EmailAddress | undefined
}

/**
 * Which of a person's memberships can have another address: those that are not over, whose policy
 * lets it be changed, and where nobody else has it. Their organizations are locked.
 */
export async function claimEverywhere(
  deps: Deps,
  tx: Tx,
  ctx: KeyContext,
  { own, address }: Claim
): Promise<{ readonly free: ReadonlySet<string>; readonly skipped: readonly Skipped[] }> {
  const differing = own.filter(({ email }) => address !== undefined && email !== address.email)
  if (address === undefined || differing.length === 0) return { free: new Set(), skipped: [] }
  const obstacles = await findObstacles(tx, ctx, differing, address)
  const free = new Set<string>()
  const skipped: Skipped[] = []
  for (const { id, organizationId, status } of differing) {
    const found = status === 'removed' ? 'member_not_in_team' : obstacles.get(organizationId)
    const code =
      found === LAPSED ? await takeLapsed(deps, tx, ctx, { organizationId, address }) : found
    if (code === undefined) free.add(id)
    else skipped.push({ organizationId, code })
  }
  return { free, skipped }
}

/** Somebody was offered a seat by this address in vain. */
const LAPSED = 'lapsed'

/** By organization what is in the way, in one statement; of several the first. */
async function findObstacles(
  tx: Tx,
  { now }: KeyContext,
  own: readonly MemberRow[],
  { key }: EmailAddress
): Promise<Map<string, string>> {
  const at = now.toISOString()
  const ids = sql`any(${sql.param(own.map(({ id }) => idToUuid('mem', id)))}::uuid[])`
  const places = sql`any(${sql.param(
    own.map(({ organizationId }) => idToUuid('org', organizationId))
  )}::uuid[])`
  const { rows } = await tx.execute<{ organization_id: string; code: string }>(sql`
    select distinct on (organization_id) organization_id, code from (
      select o.id as organization_id, 1 as place, 'field_not_editable' as code
      from organizations o where o.id = ${places} and not coalesce((
        select p.document -> 'member_fields' ? 'email' from policies p where p.key = o.policy_key
        order by p.version desc limit 1), false)
      union all
      select m.organization_id, 3, case member_status_at(m.status, m.offer_expires_at,
          m.offer_lapses_to, ${at})
        when 'invitation_expired' then ${LAPSED} when 'invited' then 'already_invited'
        else 'already_member' end
      from members m where m.organization_id = ${places} and m.email_key = ${key}
        and m.status <> 'removed' and not m.id = ${ids}
      union all
      select i.organization_id, 2, 'already_invited' from invitations i
      where i.organization_id = ${places} and i.email_key = ${key} and i.kind = 'reassignment'
        and i.status = 'pending' and (i.expires_at is null or i.expires_at > ${at})) obstacle
    order by organization_id, place`)
  return new Map(rows.map((row) => [uuidToId('org', row.organization_id), row.code]))
}

interface Place {
  readonly organizationId: string
  readonly address: EmailAddress
}

/** Gives up the offer that nobody took; undefined: the address is free. */
async function takeLapsed(
  deps: Deps,
  tx: Tx,
  ctx: KeyContext,
  { organizationId, address }: Place
): Promise<string | undefined> {
  try {
    const organization = await lockOrganization(deps, tx, ctx, { organizationId })
    await claimAddress(tx, { ...ctx, organizationId }, organization, address)
    return undefined
  } catch (error) {
    // The subscription has ended: nothing is taken from anybody.
    if (error instanceof Problem) return error.definition.code
    throw error
  }
}
