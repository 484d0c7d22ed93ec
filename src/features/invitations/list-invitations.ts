import { and, eq, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import {
  type InvitationRow,
  type InvitationStatus,
  invitations
} from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import { parseEmail } from '../../email.js'
import { isInGroup } from '../groups/queries.js'

interface InvitationFilter {
  readonly status?: InvitationStatus | undefined
  readonly email?: string | undefined
  readonly memberId?: string | undefined
  readonly signupPageId?: string | undefined
  readonly groupId?: string | undefined
}

/** The invitations of an organization, newest first. */
export async function listInvitations(
  deps: Deps,
  ctx: OrgContext,
  { status, email, memberId, signupPageId, groupId }: InvitationFilter,
  page: PageRequest
): Promise<PageResult<InvitationRow>> {
  const effective = sql`case when ${invitations.status} = 'pending'
    and ${invitations.expiresAt} <= ${ctx.now.toISOString()}
    then 'expired' else ${invitations.status} end`
  const where = and(
    eq(invitations.organizationId, ctx.organizationId),
    status === undefined ? undefined : eq(effective, status),
    email === undefined ? undefined : eq(invitations.emailKey, parseEmail(email)?.key ?? email),
    memberId === undefined ? undefined : eq(invitations.memberId, memberId),
    signupPageId === undefined ? undefined : eq(invitations.signupPageId, signupPageId),
    groupId === undefined ? undefined : isInGroup(invitations, groupId)
  )
  return selectPage(deps.db, invitations, { where, newestFirst: true }, page)
}
