import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Problem } from '../../errors.js'
import { newId } from '../../ids.js'
import { decide } from '../../policy/decide.js'
import { refusalOf } from '../../refusals.js'
import { circumstancesOf } from '../../standing.js'
import { type GroupChoice, openGroupChoice } from '../groups/group-choice.js'
import { type Addressed, readAddresses } from '../invitations/addresses.js'
import { refuseResources } from '../invitations/fields.js'
import { findOccupants, type Occupants } from '../invitations/occupants.js'
import { statusAt } from '../members/effective-status.js'
import { countHolders, type HolderCounts } from '../members/holders.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { openShelf, type PlannedGrant, type Shelf } from '../resources/open-shelf.js'
import { openGate, type SeatGate } from '../seats/seat-gate.js'
import { duplicateUser, joinedAtNotPast } from './errors.js'
import type { ImportedMember } from './schemas.js'

/** Somebody who becomes a member. */
export interface Joining {
  readonly member: MemberRow
  /** The member of an offer that ran out: the same seat, and the same id. */
  readonly reused: MemberRow | undefined
  readonly groupIds: readonly string[]
  readonly resources: readonly PlannedGrant[]
}

/** What is to become of one person. */
export type Plan = { readonly email: string } & (
  | { readonly joining: Joining; readonly unchanged?: never; readonly problem?: never }
  | { readonly unchanged: MemberRow; readonly joining?: never; readonly problem?: never }
  | { readonly problem: Problem; readonly joining?: never; readonly unchanged?: never }
)

type Person = Addressed<ImportedMember>

/** What is known of the organization when each of the people is decided about. */
interface Known {
  readonly organization: LockedOrganization
  readonly occupants: Occupants
  readonly counts: HolderCounts
  readonly groups: GroupChoice
  readonly confirmed: boolean
  readonly gate: SeatGate
  readonly shelf: Shelf
}

/** Decides about each person in the order given: earlier ones take the seats. */
export async function planAll(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  asked: { readonly people: readonly ImportedMember[]; readonly confirmed: boolean }
): Promise<Plan[]> {
  const { policy } = organization.policy
  const people = readPeople(asked.people)
  const roles = asked.people.map(({ role }) => role ?? policy.default_role)
  const occupants = await findOccupants(tx, ctx, people)
  const known: Known = {
    organization,
    occupants,
    counts: await countHolders(tx, ctx, organization, roles),
    groups: await openGroupChoice(
      tx,
      organization,
      asked.people.map(({ groups }) => groups)
    ),
    confirmed: asked.confirmed,
    gate: openGate(organization),
    shelf: await openShelf(tx, ctx, organization, {
      choices: asked.people.map(({ resources }) => resources),
      memberIds: people.flatMap(({ address }) =>
        address ? (occupants.holderOf(address.key)?.id ?? []) : []
      ),
      step: 'later',
      replaces: true
    })
  }
  return people.map((person) => planOne(ctx, known, person))
}

/** A person stands in one request once: by address and by user id. */
function readPeople(people: readonly ImportedMember[]): Person[] {
  const seen = new Set<string>()
  return readAddresses(people).map((person): Person => {
    const { invitee, problem } = person
    if (problem) return person
    if (seen.has(invitee.user_id)) return { invitee, problem: duplicateUser() }
    seen.add(invitee.user_id)
    return person
  })
}

function planOne(ctx: OrgContext, known: Known, { invitee, address, problem }: Person): Plan {
  const { email } = invitee
  if (problem) return { email, problem }
  const holder = known.occupants.holderOf(address.key)
  if (holder && isSame(holder, invitee, ctx.now)) return { email, unchanged: holder }
  const memberId = holder?.id ?? newId('mem')
  const refusal = refuse(ctx, known, invitee, { emailKey: address.key, memberId })
  if (refusal) return { email, problem: refusal }

  const role = roleOf(known, invitee)
  known.occupants.claim(invitee, address.key)
  known.counts.claim(role, 'active')
  const groupIds = known.groups.idsOf(invitee.groups)
  const seat = { ...address, id: memberId, role, reused: holder }
  const member = memberOf(ctx, invitee, seat)
  const resources = known.shelf.take(invitee.resources, memberId)
  return { email, joining: { member, reused: holder, groupIds, resources } }
}

const roleOf = ({ organization: { policy } }: Known, { role }: ImportedMember) =>
  role ?? policy.policy.default_role

/** The person is in the team as the request says; what it does not say is not compared. */
function isSame(holder: MemberRow, { user_id, role, external_id }: ImportedMember, now: Date) {
  return (
    statusAt(holder, now) === 'active' &&
    holder.userId === user_id &&
    (role === undefined || holder.role === role) &&
    (external_id === undefined || holder.externalId === external_id)
  )
}

function refuse(
  ctx: OrgContext,
  known: Known,
  person: ImportedMember,
  { emailKey, memberId }: { readonly emailKey: string; readonly memberId: string }
): Problem | undefined {
  const { organization, counts, confirmed, occupants, groups, gate, shelf } = known
  const { policy } = organization.policy
  const action = { type: 'import', role: roleOf(known, person) } as const
  return (
    refusalOf(
      decide(policy, organization.actor, action, {
        ...counts,
        ...circumstancesOf(organization.row),
        confirmed
      })
    ) ??
    refuseResources(person.resources, policy) ??
    refuseJoinedAt(person, ctx.now) ??
    groups.refuse(person.groups) ??
    occupants.refuse(person, emailKey) ??
    shelf.refuse(person.resources, memberId) ??
    gate.take({ from: occupants.lapsedAt(emailKey), to: 'active' })
  )
}

/** No host keeps members since before computers counted time: those are faults, some unstorable. */
function refuseJoinedAt({ joined_at: text }: ImportedMember, now: Date): Problem | undefined {
  if (text === undefined) return undefined
  const at = Date.parse(text)
  return at >= 0 && at <= now.getTime() ? undefined : joinedAtNotPast()
}

interface Seat {
  readonly id: string
  readonly email: string
  readonly key: string
  readonly role: string
  readonly reused: MemberRow | undefined
}

/** Of a seat that was offered before, what the request does not say stays. */
export function memberOf(
  { organizationId, now }: OrgContext,
  person: Omit<ImportedMember, 'email' | 'role' | 'groups'>,
  { id, email, key, role, reused }: Seat
): MemberRow {
  const { externalId, name, metadata } = reused ?? { externalId: null, name: null, metadata: {} }
  return {
    organizationId,
    id,
    externalId: person.external_id ?? externalId,
    userId: person.user_id,
    email,
    emailKey: key,
    name: person.name ?? name,
    role,
    status: 'active',
    endedBy: null,
    invitationId: null,
    offerExpiresAt: null,
    offerLapsesTo: null,
    chargedResources: 0,
    avatarUrl: null,
    lastActiveAt: null,
    lastSignInAt: null,
    metadata: person.metadata ?? metadata,
    createdAt: reused?.createdAt ?? now,
    updatedAt: now,
    joinedAt: person.joined_at === undefined ? now : new Date(person.joined_at),
    removedAt: null
  }
}
