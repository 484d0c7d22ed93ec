import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { noteReports } from './note-reports.js'
import type { Report, ReportResult } from './report.js'

/**
 * The same of many at once, each with a result of its own. What the host tells again is unchanged, so a
 * batch can be repeated, and batches may overtake each other.
 */
export async function recordActivities(
  deps: Deps,
  ctx: OrgContext,
  reports: readonly Report[]
): Promise<ReportResult[]> {
  return runCommand(deps, ctx, (tx) => noteReports(tx, ctx, reports))
}
