import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { readBeside } from './read-beside.js'
import { countSections, type FoundRow, type Place, readSection } from './read-findings.js'
import { REVIEW_KINDS, type ReviewKind } from './review-kinds.js'
import type { Beside } from './review-mends.js'
import { type ReviewFilter, type Section, sectionsOf } from './review-sections.js'

/** More findings of a kind are not counted. */
export const COUNTED_MAX = 1_000

interface ReviewRequest extends ReviewFilter {
  /** Left out: every kind. */
  readonly kind?: ReviewKind | undefined
  readonly after: Place | undefined
  readonly limit: number
}

export interface Review {
  /** One more than the limit when there are more. */
  readonly rows: readonly FoundRow[]
  readonly beside: Beside
  /** By kind; one more than `COUNTED_MAX` where there are more. */
  readonly counts: ReadonlyMap<ReviewKind, number>
}

/**
 * Whose access is worth a look, by the thresholds of the policy: kind after kind, in each what has been
 * so for longest first. Reads, and changes nothing.
 */
export async function reviewAccess(
  { db }: Deps,
  ctx: OrgContext,
  { kind, after, limit, ...filter }: ReviewRequest
): Promise<Review> {
  const sections = sectionsOf(ctx, filter)
  const asked = REVIEW_KINDS.filter((one) => kind === undefined || one === kind).map(
    (one): readonly [ReviewKind, Section] => [one, sections[one]]
  )
  const counts = await countSections(db, asked, COUNTED_MAX)
  const rows: FoundRow[] = []
  const from = after === undefined ? 0 : asked.findIndex(([one]) => one === after.kind)
  for (const [one, section] of from < 0 ? [] : asked.slice(from)) {
    if (section === undefined || counts.get(one) === 0) continue
    const missing = limit + 1 - rows.length
    const place = after?.kind === one ? after : undefined
    rows.push(...(await readSection(db, { kind: one, rows: section }, place, missing)))
    if (rows.length > limit) break
  }
  return { rows, beside: await readBeside(db, ctx, rows.slice(0, limit)), counts }
}
