import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { findMember } from '../members/queries.js'
import { noteReports } from './note-reports.js'
import type { Report } from './report.js'

/**
 * Notes that a member is here, or was (AMP-02, OP-65), and answers with the member as it is then.
 *
 * @throws Problem not_permitted when a member tells of another, not_found, member_not_active,
 * activity_in_future, unknown_resource
 */
export async function recordActivity(
  deps: Deps,
  ctx: OrgContext,
  report: Report & { readonly memberId: string }
): Promise<MemberRow> {
  return runCommand(deps, ctx, async (tx) => {
    const [result] = await noteReports(tx, ctx, [report])
    if (result?.problem) throw result.problem
    return findMember(tx, ctx.organizationId, report.memberId)
  })
}
