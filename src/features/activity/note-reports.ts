import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { notFound, type Problem } from '../../errors.js'
import { refuse } from '../../policy/decision.js'
import { refusalOf } from '../../refusals.js'
import { whyInactive } from '../members/queries.js'
import { nothingCalled } from '../resources/queries.js'
import { activityInFuture } from './errors.js'
import { EVERY_MS, findNews, type Told } from './find-news.js'
import { findReported, findResourceIds, type Reported, useKey } from './find-reported.js'
import { type Noted, type Notes, note } from './note-statement.js'
import type { Report, ReportResult } from './report.js'

/** Clocks differ: so much later than here it may be where something happened. */
const AHEAD_MS = 60_000

const UNCHANGED: ReportResult = { status: 'unchanged' }

/**
 * Notes what reports tell, each with a result of its own: the newest wins, in whatever order they
 * arrive, and what is hardly newer is not written. Reads first, so that where nothing is new no row is
 * locked. Leaves no event, and waits for no lock of the organization.
 */
export async function noteReports(
  tx: Tx,
  ctx: OrgContext,
  reports: readonly Report[]
): Promise<ReportResult[]> {
  const { organizationId } = ctx
  const memberOf = await findReported(tx, ctx, reports)
  const resourceIds = await findResourceIds(tx, organizationId, reports)
  const read = reports.map((report) => {
    const member = memberOf(report)
    const problem = refuseReport(ctx, report, member, resourceIds)
    return problem || !member ? (problem ?? notFound()) : toTold(ctx, report, member, resourceIds)
  })
  const told = read.flatMap((one) => (isTold(one) ? one : []))
  const news = await findNews(tx, organizationId, told)
  const noted = await note(tx, ctx, [...news.values()], EVERY_MS)
  return read.map((one) =>
    isTold(one) ? toResult(one, news.get(one.member.id), noted) : { status: 'error', problem: one }
  )
}

const isTold = (one: Told | Problem): one is Told => 'member' in one

function refuseReport(
  { actor, now }: OrgContext,
  { at, resource }: Report,
  member: Reported | undefined,
  resourceIds: ReadonlyMap<string, string>
): Problem | undefined {
  if (actor.type === 'member' && actor.id !== member?.id) {
    return refusalOf(refuse('not_permitted', 'members tell of their own activity only'))
  }
  if (!member) return notFound()
  const inactive = whyInactive(member)
  if (inactive) return inactive
  if (at.getTime() > now.getTime() + AHEAD_MS) return activityInFuture({ now: now.toISOString() })
  return resource === undefined || resourceIds.has(resource) ? undefined : nothingCalled([resource])
}

const toTold = (
  { now }: OrgContext,
  { type, at, resource }: Report,
  member: Reported,
  resourceIds: ReadonlyMap<string, string>
): Told => ({
  type,
  member,
  at: at > now ? now : at,
  resourceId: resource === undefined ? undefined : resourceIds.get(resource)
})

function toResult(told: Told, news: Notes | undefined, noted: Noted): ReportResult {
  if (!news) return UNCHANGED
  const status = noted.statusOf(news.memberId)
  if (status === undefined) return { status: 'error', problem: notFound() }
  const problem = whyInactive({ status })
  if (problem) return { status: 'error', problem }
  return isNoted(told, news, noted) ? { status: 'recorded' } : UNCHANGED
}

/** Whether anything that was written is what this report told. */
function isNoted({ type, at, resourceId }: Told, news: Notes, noted: Noted): boolean {
  const { memberId } = news
  const is = (other: Date | null | undefined) => other?.getTime() === at.getTime()
  const isUsed = news.uses.some(
    (use) =>
      use.resourceId === resourceId &&
      is(use.usedAt) &&
      noted.used.has(useKey({ memberId, resourceId: use.resourceId }))
  )
  const isSignIn = type === 'sign_in' && is(news.signedInAt) && noted.signedIn.has(memberId)
  return isUsed || isSignIn || (is(news.activeAt) && noted.active.has(memberId))
}
