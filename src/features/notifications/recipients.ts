import { and, desc, eq, inArray, or } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { type MemberRow, type MemberStatus, members } from '../../db/tables/members.js'
import type { Policy } from '../../policy/document.js'
import { means } from '../../policy/roles.js'
import type { EventRecord } from '../events/queries.js'
import { effectiveStatus, statusAt } from '../members/effective-status.js'

/** At most so many people are told of one event; whom it concerns before all others. */
export const RECIPIENTS_MAX = 1_000

/** An event, and by what it is found out who is told of it. */
export interface Telling {
  readonly event: EventRecord
  /** The newest version, with the organization's own roles. */
  readonly policy: Policy
  readonly now: Date
}

/** Everybody who is told: all that the policy says of the event together. */
export async function findRecipients(db: Db, telling: Telling): Promise<MemberRow[]> {
  const { event, now } = telling
  const { roles } = rulesOf(telling)
  const ids = concernedBy(event)
  const concerned = inArray(members.id, ids)
  const rows = await db
    .select()
    .from(members)
    .where(
      and(
        eq(members.organizationId, event.organizationId),
        or(concerned, and(inArray(members.role, roles), eq(effectiveStatus(now), 'active')))
      )
    )
    .orderBy(...(ids.length === 0 ? [] : [desc(concerned)]), members.id)
    .limit(RECIPIENTS_MAX)
  return rows.filter((member) => isTold(telling, member))
}

/**
 * Active holders of the roles that the policy names, but nobody of what they did themselves; and
 * the member concerned where the policy says so, whoever did it.
 */
export function isTold(telling: Telling, member: MemberRow): boolean {
  const { event, now } = telling
  const rules = rulesOf(telling)
  const status = statusAt(member, now)
  const isConcerned = concernedBy(event).includes(member.id) && isSamePerson(event, member)
  if (rules.member && isConcerned && isStillSo(event, status)) return true
  return rules.roles.includes(member.role) && status === 'active' && !isActor(event, member)
}

function rulesOf({ policy, event }: Telling): { roles: string[]; member: boolean } {
  const rules = policy.notifications.filter((rule) => rule.event === event.type)
  const selectors = rules.flatMap(({ roles }) => roles)
  const keys = policy.roles.map(({ key }) => key)
  return {
    roles: keys.filter((key) => means(policy, selectors, key)),
    member: rules.some(({ member }) => member)
  }
}

/**
 * The members whom an event is about: of ownership, whoever gets it and whoever gave it; of a request
 * for credits, who asks. Of what befell the team itself, none.
 */
export function concernedBy({ subjectType, subjectId, data }: EventRecord): string[] {
  if (subjectType === 'member') return [subjectId]
  const ids = [data['to_member_id'], data['from_member_id'], data['member_id']]
  return ids.filter((id) => typeof id === 'string')
}

const TO_BE_TAKEN_OVER: readonly MemberStatus[] = ['reassignment_pending', 'active']

/** In which status a member is still told; left out: while active. */
const STILL_SO: Readonly<Record<string, readonly MemberStatus[]>> = {
  'member.suspended': ['suspended'],
  'member.removed': ['removed'],
  'reassignment.declined': TO_BE_TAKEN_OVER,
  'reassignment.timed_out': TO_BE_TAKEN_OVER
}

const isStillSo = ({ type }: EventRecord, status: MemberStatus) =>
  (STILL_SO[type] ?? ['active']).includes(status)

/** Who had the account when it happened, as far as the event says so. */
export function holderIn({ data }: EventRecord): { userId: unknown; email: unknown } {
  const { from = data } = data as { readonly from?: Readonly<Record<string, unknown>> }
  return { userId: from['user_id'], email: from['email'] }
}

/** The account may be another's by now: a reassignment keeps the member and changes the person. */
export function isSamePerson(event: EventRecord, { userId }: MemberRow): boolean {
  const { userId: then } = holderIn(event)
  return event.type === 'member.removed' || typeof then !== 'string' || then === userId
}

/** A host may have acted for a member, or for a person whom it knows. */
function isActor({ actorType, actorId }: EventRecord, { id, userId }: MemberRow): boolean {
  if (actorId === null) return false
  return actorType === 'member' ? actorId === id : actorType === 'user' && actorId === userId
}
