import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import type { Target } from '../../policy/decision.js'
import { statusAt } from '../members/effective-status.js'
import type { Check } from './authorize-schemas.js'
import { needsFacts } from './check.js'
import { countEachRole, findPeople } from './queries.js'
import { type Person, type Ruling, ruleOn } from './ruling.js'

/**
 * Reads what these checks are about, then answers each of them: one statement for everybody they
 * name, and one for who holds the roles that have a least or most. `asking`: whom a check is about
 * that names nobody.
 */
export async function authorize(
  deps: Deps,
  ctx: OrgContext,
  checks: readonly Check[],
  asking: Person | undefined
): Promise<(check: Check) => Ruling> {
  const [people, holders] = await Promise.all([
    readPeople(deps, ctx, checks),
    checks.some(needsFacts) ? countLimited(deps, ctx) : undefined
  ])
  return (check) => {
    const { user_id: userId, member_id: memberId } = check
    const isNamed = userId !== undefined || memberId !== undefined
    const subject = isNamed ? people.find(userId, memberId) : asking
    const target: Target | undefined = people.find(undefined, check.target)
    return ruleOn(ctx, check, { subject, target, ...(holders ? { holders } : {}) })
  }
}

async function readPeople(deps: Deps, ctx: OrgContext, checks: readonly Check[]) {
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
