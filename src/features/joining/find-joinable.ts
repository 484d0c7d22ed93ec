import type { Db } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import { idToUuid, uuidToId } from '../../ids.js'
import { deniedAt, deniedSince, wasRemoved } from './refuse-unwanted.js'

/** Organizations that one answer tells of. */
export const JOINABLE_MAX = 100

/** Who looks for a team, and how far the key that asks reaches. */
export interface Seeker {
  readonly userId: string
  readonly emailKey: string
  readonly domain: string
  /** Null: every organization. */
  readonly organizationIds: readonly string[] | null
  readonly now: Date
}

/** An organization, and by what its policy is read. */
export interface Found {
  readonly id: string
  readonly name: string
  readonly policyKey: string
  readonly policyVersion: number
  readonly customRoles: string | null
}

interface FoundRow {
  readonly id: string
  readonly name: string
  readonly policy_key: string
  readonly policy_version: number
  readonly custom_roles: string | null
}

const ORGANIZATION = `
  organizations.id, organizations.name, organizations.policy_key, (
    select policies.version from policies where policies.key = organizations.policy_key
    order by policies.version desc limit 1) as policy_version,
  custom_roles_of(organizations.id) as custom_roles`

const toFound = (row: FoundRow): Found => ({
  id: uuidToId('org', row.id),
  name: row.name,
  policyKey: row.policy_key,
  policyVersion: row.policy_version,
  customRoles: row.custom_roles
})

/** Whoever is a member already could not accept. */
const FIND_INVITED: Statement = {
  name: 'find_invited_to',
  text: `
    select ${ORGANIZATION}, offers.id as invitation_id, offers.role
    from invitations offers
    join organizations on organizations.id = offers.organization_id
    where offers.email_key = $1 and offers.status = 'pending'
      and (offers.expires_at is null or offers.expires_at > $2)
      and organizations.status = 'active'
      and ($3::uuid[] is null or organizations.id = any($3))
      and not exists (
        select from members where members.organization_id = offers.organization_id
          and members.user_id = $4 and members.status <> 'removed')
    order by offers.id desc
    limit $5`
}

interface InvitedRow extends FoundRow {
  readonly invitation_id: string
  readonly role: string
}

interface Invited extends Found {
  readonly invitationId: string
  readonly role: string
}

/** Where the address has an open invitation, the newest first. */
export async function findInvitedTo(db: Db, seeker: Seeker): Promise<Invited[]> {
  const { emailKey, now, userId } = seeker
  const values = [emailKey, now, uuidsOf(seeker), userId, JOINABLE_MAX]
  const rows = await db.run<InvitedRow>(FIND_INVITED, values)
  return rows.map((row) => ({
    ...toFound(row),
    invitationId: uuidToId('inv', row.invitation_id),
    role: row.role
  }))
}

const NAMES = { organization: 'organizations.id', userId: '$3', emailKey: '$4', since: '$6' }

const FIND_OWNER: Statement = {
  name: 'find_domain_owner',
  text: `
    select ${ORGANIZATION}, organizations.status = 'active' as is_active,
      exists (
        select from members where members.organization_id = organizations.id
          and members.status <> 'removed'
          and (members.user_id = $3 or members.email_key = $4)
          and member_status_at(members.status, members.offer_expires_at, members.offer_lapses_to, $5)
            <> 'invitation_expired') as is_member,
      ${wasRemoved(NAMES)} or ${deniedAt(NAMES)} is not null as is_unwanted
    from verified_domains
    join organizations on organizations.id = verified_domains.organization_id
    where verified_domains.domain = $1 and ($2::uuid[] is null or organizations.id = any($2))`
}

interface OwnerRow extends FoundRow {
  readonly is_active: boolean
  readonly is_member: boolean
  readonly is_unwanted: boolean
}

export interface DomainOwner extends Found {
  readonly isActive: boolean
  /** The person, or somebody of their address. */
  readonly isMember: boolean
  /** As `refuseUnwanted` would say. */
  readonly isUnwanted: boolean
}

/** Who has claimed the domain of the address. */
export async function findDomainOwner(db: Db, seeker: Seeker): Promise<DomainOwner | undefined> {
  const { domain, userId, emailKey, now } = seeker
  const values = [domain, uuidsOf(seeker), userId, emailKey, now, deniedSince(now)]
  const [row] = await db.run<OwnerRow>(FIND_OWNER, values)
  if (!row) return undefined
  const { is_active: isActive, is_member: isMember, is_unwanted: isUnwanted } = row
  return { ...toFound(row), isActive, isMember, isUnwanted }
}

const uuidsOf = ({ organizationIds }: Seeker) =>
  organizationIds?.map((id) => idToUuid('org', id)) ?? null
