import { isDeepStrictEqual } from 'node:util'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { type SignupPageRow, signupPages } from '../../db/tables/signup-pages.js'
import type { Deps } from '../../deps.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { readDomains } from './allowed-domains.js'
import {
  enforceInviting,
  filledEvents,
  findPage,
  isPage,
  lockToManagePages,
  type PlacedPage,
  placed
} from './queries.js'
import type { SignupPageUpdate } from './schemas.js'

/**
 * Changes the fields that are given. A maximum below the count makes the page full, a higher one opens
 * it again. A call that changes nothing leaves no event.
 *
 * @throws Problem not_found, what `decide` refuses, signup_domain_invalid
 */
export async function updateSignupPage(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  input: SignupPageUpdate
): Promise<PlacedPage> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToManagePages(deps, tx, ctx)
    const before = await findPage(tx, ctx, id)
    const {
      name = before.name,
      role = before.role,
      max_signups: maxSignups = before.maxSignups
    } = input
    await enforceInviting(tx, ctx, organization, role)
    const { allowed_domains: domains } = input
    const allowedDomains = domains === undefined ? before.allowedDomains : readDomains(domains)
    const after = { ...before, name, role, maxSignups, allowedDomains, updatedAt: ctx.now }
    const changes = changesOf(before, after)
    if (Object.keys(changes).length === 0) return placed(deps, organization, before)
    await tx.update(signupPages).set(after).where(isPage(ctx.organizationId, id))
    appendEvents(tx, ctx, placeOf(organization), [
      { type: 'signup_page.updated', subject: { type: 'signup_page', id }, changes },
      ...filledEvents(before, after)
    ])
    return placed(deps, organization, after)
  })
}

const COLUMNS = {
  name: 'name',
  role: 'role',
  max_signups: 'maxSignups',
  allowed_domains: 'allowedDomains'
} as const satisfies Record<keyof SignupPageUpdate, keyof SignupPageRow>

function changesOf(before: SignupPageRow, after: SignupPageRow): NonNullable<NewEvent['changes']> {
  return Object.fromEntries(
    Object.entries(COLUMNS)
      .map(([field, column]): [string, [unknown, unknown]] => [
        field,
        [before[column], after[column]]
      ])
      .filter(([, [was, is]]) => !isDeepStrictEqual(was, is))
  )
}
