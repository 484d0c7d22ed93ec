import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import type { Problem } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { lockOrganization } from '../organizations/queries.js'
import { type Plan, planAll } from './plan-imports.js'
import type { MemberImport } from './schemas.js'
import { writeMembers } from './write-members.js'

/** What became of one person; in a dry run whoever would be created has no member yet. */
export type ImportResult = { readonly email: string } & (
  | { readonly status: 'created'; readonly member?: MemberRow; readonly problem?: never }
  | { readonly status: 'unchanged'; readonly member: MemberRow; readonly problem?: never }
  | { readonly status: 'error'; readonly problem: Problem; readonly member?: never }
)

interface ImportOptions {
  readonly confirmed?: boolean
  readonly dryRun?: boolean
}

/**
 * Brings a team that exists already: active members at once, without invitation or mail, through
 * the same gate as everybody: the policy's matrix, holders and seats, each person with a result of
 * their own. Whoever is there already, as the request says, is answered as unchanged, so an import
 * can be repeated. What the policy lets be said when inviting (`invitations.fields`) does not rule
 * here, as nobody fills in a form; what the resources of a seat may be does.
 *
 * @throws Problem not_permitted
 */
export async function importMembers(
  deps: Deps,
  ctx: OrgContext,
  { members: people }: MemberImport,
  { confirmed = false, dryRun = false }: ImportOptions = {}
): Promise<ImportResult[]> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId,
      countMembers: true
    })
    const {
      policy: { policy },
      actor
    } = organization
    // Also whoever is there already is told only to those who may import at all.
    enforce(decide(policy, actor, { type: 'use', permission: 'member.import' }))
    const plans = await planAll(tx, ctx, organization, { people, confirmed })
    if (!dryRun) await writeMembers(tx, ctx, organization, plans)
    return plans.map((plan) => toResult(plan, dryRun))
  })
}

function toResult({ email, problem, unchanged, joining }: Plan, dryRun: boolean): ImportResult {
  if (problem) return { status: 'error', email, problem }
  if (unchanged) return { status: 'unchanged', email, member: unchanged }
  return { status: 'created', email, ...(dryRun ? {} : { member: joining.member }) }
}
