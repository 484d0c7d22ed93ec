import type { Db } from '../../db/client.js'
import { findLastUses, type Reported } from './find-reported.js'
import type { Notes } from './note-statement.js'
import type { Report } from './report.js'

/** Hosts may tell of every click: so often is it written down. */
export const EVERY_MS = 60_000

/** A report that says something of a member. */
export interface Told {
  readonly type: Report['type']
  readonly member: Reported
  readonly at: Date
  readonly resourceId: string | undefined
}

/** What of reports is newer than what is noted, by member: who is not in it has nothing to be written. */
export async function findNews(
  db: Db,
  organizationId: string,
  told: readonly Told[]
): Promise<ReadonlyMap<string, Notes>> {
  // What was before the joining says nothing of this member: somebody else may have had the seat.
  const counted = told.filter(({ member, at }) => member.joinedAt === null || at >= member.joinedAt)
  const uses = counted.flatMap(({ member, resourceId }) =>
    resourceId === undefined ? [] : [{ memberId: member.id, resourceId }]
  )
  const lastUseOf = await findLastUses(db, organizationId, uses)
  const news = [...byMember(counted).values()].flatMap(({ member, reports }) => {
    const notes = newestOf(member.id, reports)
    const uses = notes.uses.filter(({ resourceId, usedAt }) => {
      const last = lastUseOf({ memberId: member.id, resourceId })
      return last !== undefined && isNews(usedAt, last)
    })
    const isNew =
      uses.length > 0 ||
      isNews(notes.activeAt, member.lastActiveAt) ||
      (notes.signedInAt !== null && isNews(notes.signedInAt, member.lastSignInAt))
    return isNew ? [{ ...notes, uses }] : []
  })
  return new Map(news.map((notes) => [notes.memberId, notes]))
}

interface OfMember {
  readonly member: Reported
  readonly reports: Told[]
}

function byMember(told: readonly Told[]): ReadonlyMap<string, OfMember> {
  const members = new Map<string, OfMember>()
  for (const one of told) {
    const known = members.get(one.member.id) ?? { member: one.member, reports: [] }
    known.reports.push(one)
    members.set(one.member.id, known)
  }
  return members
}

const isNews = (at: Date, noted: Date | null) =>
  noted === null || at.getTime() - noted.getTime() >= EVERY_MS

function newestOf(memberId: string, reports: readonly Told[]): Notes {
  const newest = (some: readonly Told[]) =>
    new Date(Math.max(...some.map(({ at }) => at.getTime())))
  const signIns = reports.filter(({ type }) => type === 'sign_in')
  const resourceIds = new Set(
    reports.flatMap(({ resourceId }) => (resourceId === undefined ? [] : resourceId))
  )
  return {
    memberId,
    activeAt: newest(reports),
    signedInAt: signIns.length === 0 ? null : newest(signIns),
    uses: [...resourceIds].map((resourceId) => ({
      resourceId,
      usedAt: newest(reports.filter((one) => one.resourceId === resourceId))
    }))
  }
}
