import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import type { Holders, Target } from '../../policy/decision.js'
import { statusAt } from '../members/effective-status.js'
import type { Check } from './authorize-schemas.js'
import { needsHolders } from './check.js'
import type { FindStandings, Standings } from './find-standings.js'
import { countEachRole, findPeople } from './queries.js'
import { type CheckFacts, type Person, type Ruling, ruleOn } from './ruling.js'

/** How what checks are about is read. */
export interface Reads {
  readonly deps: Deps
  readonly findStandings: FindStandings
}

/** One check about somebody who was looked up with the caller. */
export async function authorizeOne(
  reads: Reads,
  ctx: OrgContext,
  check: Check,
  subject: Person | undefined
): Promise<Ruling> {
  const [target, holders, standings] = await Promise.all([
    check.target === undefined ? undefined : readTarget(reads.deps, ctx, check.target),
    needsHolders(check) ? countLimited(reads.deps, ctx) : undefined,
    readStandings(reads, ctx, [{ check, subject }])
  ])
  return ruleOn(ctx, check, factsOf(check, { subject, target, holders, standings }))
}

/**
 * Reads what these checks are about, then answers each of them: one statement for everybody they
 * name, one for who holds the roles that have a least or most, and one for all resources. `asking`:
 * whom a check is about that names nobody.
 */
export async function authorizeMany(
  reads: Reads,
  ctx: OrgContext,
  checks: readonly Check[],
  asking: Person | undefined
): Promise<Ruling[]> {
  const [people, holders] = await Promise.all([
    readPeople(reads.deps, ctx, checks),
    checks.some(needsHolders) ? countLimited(reads.deps, ctx) : undefined
  ])
  const asked = checks.map((check) => {
    const { user_id: userId, member_id: memberId } = check
    const isNamed = userId !== undefined || memberId !== undefined
    return { check, subject: isNamed ? people.find(userId, memberId) : asking }
  })
  const standings = await readStandings(reads, ctx, asked)
  return asked.map(({ check, subject }) => {
    const target = people.find(undefined, check.target)
    return ruleOn(ctx, check, factsOf(check, { subject, target, holders, standings }))
  })
}

interface Read {
  readonly subject: Person | undefined
  readonly target: Target | undefined
  readonly holders: ((role: string) => Holders) | undefined
  readonly standings: Standings | undefined
}

function factsOf({ resource }: Check, { subject, target, holders, standings }: Read): CheckFacts {
  const on =
    subject && resource !== undefined ? standings?.({ memberId: subject.id, resource }) : undefined
  return { subject, target, ...(holders ? { holders } : {}), ...(on ? { on } : {}) }
}

interface Asked {
  readonly check: Check
  readonly subject: Person | undefined
}

/** Nothing is read of whoever has no say at all. */
async function readStandings(
  { findStandings }: Reads,
  { organizationId }: OrgContext,
  asked: readonly Asked[]
): Promise<Standings | undefined> {
  const pairs = asked.flatMap(({ check: { resource }, subject }) =>
    resource !== undefined && subject?.status === 'active'
      ? [{ memberId: subject.id, resource }]
      : []
  )
  return pairs.length > 0 ? findStandings({ organizationId, pairs }) : undefined
}

async function readTarget(deps: Deps, ctx: OrgContext, target: string) {
  const people = await readPeople(deps, ctx, [{ target }])
  return people.find(undefined, target)
}

async function readPeople(
  deps: Deps,
  ctx: OrgContext,
  checks: readonly Partial<Pick<Check, 'user_id' | 'member_id' | 'target'>>[]
) {
  const given = (ids: readonly (string | undefined)[]) => [
    ...new Set(ids.filter((id) => id !== undefined))
  ]
  const userIds = given(checks.map((check) => check.user_id))
  const memberIds = given(checks.flatMap((check) => [check.member_id, check.target]))
  const isAnybody = userIds.length > 0 || memberIds.length > 0
  const rows = isAnybody
    ? await findPeople(deps.db, ctx.organizationId, { userIds, memberIds })
    : []
  const byUser = new Map<string, Person>()
  const byMember = new Map<string, Person>()
  for (const row of rows) {
    const { id, userId, role } = row
    const person = { id, role, status: statusAt(row, ctx.now) }
    byMember.set(id, person)
    if (userId !== null) byUser.set(userId, person)
  }
  return {
    find: (userId: string | undefined, memberId: string | undefined) =>
      userId === undefined ? byMember.get(memberId ?? '') : byUser.get(userId)
  }
}

/** Nothing is read where any number may hold every role. */
async function countLimited(deps: Deps, ctx: OrgContext) {
  const limited = ctx.policy.policy.roles.filter(({ min, max }) => min > 0 || max !== null)
  const keys = limited.map(({ key }) => key)
  return countEachRole(deps.db, ctx, keys)
}
