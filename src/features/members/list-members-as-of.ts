import type { OrgContext } from '../../context.js'
import type { PageRequest, PageResult } from '../../db/page.js'
import type { MemberStatus } from '../../db/tables/members.js'
import type { OrganizationStatus } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { invalidRequest } from '../../errors.js'
import { idToUuid, uuidToId } from '../../ids.js'
import { runQuery } from '../events/queries.js'
import { findHorizon } from '../events/retention.js'
import { type AsOfFilter, countAsOf, selectAsOf } from './as-of-statement.js'
import { enforceActing } from './enforce-acting.js'
import { beforeRetention } from './errors.js'

/** A member as it was, in an organization as it was. */
export interface MemberAsOfRow {
  readonly id: string
  readonly userId: string | null
  readonly email: string
  readonly name: string | null
  readonly role: string
  readonly status: MemberStatus
  readonly joinedAt: Date | null
  readonly organizationStatus: OrganizationStatus
}

/**
 * Who belonged to the organization at an instant, and as what: answered from the log, which tells more
 * than the list of today, so a member needs to be let see both.
 *
 * @throws Problem not_permitted, invalid_request for an instant to come, before_retention
 */
export async function listMembersAsOf(
  deps: Deps,
  ctx: OrgContext,
  filter: AsOfFilter,
  page: PageRequest
): Promise<PageResult<MemberAsOfRow>> {
  await enforceActing(deps.db, ctx, ['audit.view'])
  const { organizationId, now } = ctx
  if (filter.asOf > now) throw inFuture()
  const horizon = await findHorizon(deps.db, organizationId)
  if (horizon !== null && filter.asOf < horizon) {
    throw beforeRetention({ horizon: horizon.toISOString() })
  }
  const asked = { ...filter, organizationId }
  const { limit, includeTotal } = page
  const after = page.after === undefined ? undefined : idToUuid('mem', page.after)
  const query = selectAsOf({ ...asked, limit: limit + 1, after, includeTotal })
  const rows = await runQuery<Raw>(deps.db, query)
  if (!includeTotal) return { rows: rows.map(readRow), total: undefined }
  // A page without rows carries no total: its cursor may stand behind the last row.
  const [counted] = rows.length > 0 ? rows : await runQuery<Counted>(deps.db, countAsOf(asked))
  return { rows: rows.map(readRow), total: counted?.total }
}

const inFuture = () =>
  invalidRequest({
    errors: [{ pointer: 'querystring:/as_of', detail: 'Must not be in the future.' }]
  })

type Counted = { total: number }

type Raw = Partial<Counted> & {
  id: string
  user_id: string | null
  email: string
  name: string | null
  role: string
  status: MemberStatus
  joined_at: Date | null
  organization_status: OrganizationStatus
}

const readRow = (raw: Raw): MemberAsOfRow => ({
  id: uuidToId('mem', raw.id),
  userId: raw.user_id,
  email: raw.email,
  name: raw.name,
  role: raw.role,
  status: raw.status,
  joinedAt: raw.joined_at,
  organizationStatus: raw.organization_status
})
