import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { type ListedMember, listMembers } from './list-members.js'
import type { MemberFilter } from './member-filter.js'
import type { MemberOrder } from './member-order.js'

const PAGE_ROWS = 1_000

/**
 * The whole list, page by page: whoever reads slowly holds neither a transaction nor more than a page.
 * Who comes or goes meanwhile is in it or not, as in a list that is paged through.
 */
export async function* streamMembers(
  deps: Deps,
  ctx: OrgContext,
  asked: { readonly filter: MemberFilter; readonly order: MemberOrder }
): AsyncGenerator<readonly ListedMember[]> {
  let after: string | undefined
  for (;;) {
    const page = { limit: PAGE_ROWS, after, includeTotal: false }
    const { rows } = await listMembers(deps, ctx, asked, page)
    const told = rows.slice(0, PAGE_ROWS)
    if (told.length > 0) yield told
    if (rows.length <= PAGE_ROWS) return
    after = told.at(-1)?.id
  }
}
