import type { CreditAccountRow, CreditRequestRow } from '../../db/tables/credits.js'
import type { FormerIdentity } from '../../db/tables/former-identities.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import type { MemberRow } from '../../db/tables/members.js'
import { DEPLOYMENT_ID } from '../../ids.js'
import type { EventRecord } from '../events/queries.js'
import { invitationStatusAt } from '../invitations/queries.js'
import { statusAt } from '../members/effective-status.js'
import type { Told } from './export-user.js'
import type { GrantedResource, GroupOfUser, OwnedResource } from './find-belongings.js'
import type { TransferRow } from './queries.js'
import type { UserExport } from './schemas.js'

type Part<Name extends keyof UserExport> = UserExport[Name] extends (infer One)[] ? One : never

/** The only crossing from rows to wire. */
export const toUserExport = (told: Told, now: Date): UserExport => ({
  user_id: told.userId,
  memberships: told.members.map((row) => toMembership(row, now)),
  former_identities: told.former.map(toFormerIdentity),
  invitations: told.invitations.map((row) => toInvitation(row, now)),
  groups: told.groups.map(toGroup),
  grants: told.grants.map(toGrant),
  owned_resources: told.owned.map(toResource),
  credit_accounts: told.accounts.map(toCreditAccount),
  credit_requests: told.requests.map(toCreditRequest),
  credit_transfers: told.transfers.map(toCreditTransfer),
  events: told.events.map(toEvent)
})

const textOf = (at: Date | null) => at?.toISOString() ?? null

const toMembership = (row: MemberRow, now: Date): Part<'memberships'> => ({
  organization_id: row.organizationId,
  member_id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  status: statusAt(row, now),
  external_id: row.externalId,
  avatar_url: row.avatarUrl,
  metadata: row.metadata,
  joined_at: textOf(row.joinedAt),
  removed_at: textOf(row.removedAt),
  last_active_at: textOf(row.lastActiveAt),
  last_sign_in_at: textOf(row.lastSignInAt)
})

const toFormerIdentity = (row: FormerIdentity): Part<'former_identities'> => ({
  organization_id: row.organizationId,
  member_id: row.memberId,
  email: row.email,
  name: row.name,
  avatar_url: row.avatarUrl,
  joined_at: textOf(row.joinedAt),
  until: row.until.toISOString()
})

const toInvitation = (row: InvitationRow, now: Date): Part<'invitations'> => ({
  organization_id: row.organizationId,
  invitation_id: row.id,
  email: row.email,
  role: row.role,
  status: invitationStatusAt(row, now),
  message: row.message,
  created_at: row.createdAt.toISOString(),
  ended_at: textOf(row.endedAt)
})

const toGroup = (row: GroupOfUser): Part<'groups'> => ({
  organization_id: row.organizationId,
  member_id: row.memberId,
  group_id: row.groupId,
  name: row.name,
  added_at: row.createdAt.toISOString()
})

const toResource = (row: OwnedResource): Part<'owned_resources'> => ({
  organization_id: row.organizationId,
  member_id: row.memberId,
  resource_id: row.resourceId,
  external_id: row.externalId,
  kind: row.kind,
  name: row.name,
  created_at: row.createdAt.toISOString()
})

const toGrant = (row: GrantedResource): Part<'grants'> => ({
  ...toResource(row),
  mode: row.mode,
  last_used_at: textOf(row.lastUsedAt)
})

const toCreditAccount = (row: CreditAccountRow): Part<'credit_accounts'> => ({
  organization_id: row.organizationId,
  member_id: row.holderId,
  unused: row.balance,
  held: row.held,
  spent: row.spent,
  used: row.used,
  requests: row.requests,
  last_used_at: textOf(row.lastUsedAt)
})

const toCreditRequest = (row: CreditRequestRow): Part<'credit_requests'> => ({
  organization_id: row.organizationId,
  credit_request_id: row.id,
  amount: row.amount,
  reason: row.reason,
  metadata: row.metadata,
  status: row.status,
  note: row.note,
  created_at: row.createdAt.toISOString(),
  decided_at: textOf(row.decidedAt)
})

const toCreditTransfer = (row: TransferRow): Part<'credit_transfers'> => ({
  organization_id: row.organizationId,
  transfer_id: row.id,
  kind: row.kind,
  amount: row.amount,
  reference: row.reference,
  reason: row.reason,
  metadata: row.metadata,
  created_at: row.createdAt.toISOString()
})

const toEvent = ({ organizationId, id, type, occurredAt, data }: EventRecord): Part<'events'> => ({
  organization_id: organizationId === DEPLOYMENT_ID ? null : organizationId,
  id,
  type,
  occurred_at: occurredAt.toISOString(),
  data
})
