import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { type BrandingRow, brandings } from '../../db/tables/brandings.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { enforceUse, lockOrganization, placeOf } from '../organizations/queries.js'
import { readLogo } from './logo.js'
import { findBranding } from './queries.js'
import type { BrandingPut } from './schemas.js'

type Branding = Pick<BrandingRow, 'color' | 'logoType' | 'logo'>

const NOTHING: Branding = { color: null, logoType: null, logo: null }

/**
 * Takes over how the pages look, all of it: null is as everybody's. A call that changes nothing
 * leaves no event, and an event tells that there is a logo, never its bytes.
 *
 * @throws Problem not_permitted, invalid_logo
 */
export async function putBranding(
  deps: Deps,
  ctx: OrgContext,
  input: BrandingPut
): Promise<BrandingRow> {
  const { organizationId } = ctx
  const wanted = { color: input.color?.toLowerCase() ?? null, ...readLogo(input.logo) }
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId,
      evenCanceled: true
    })
    enforceUse(organization, 'org.settings')
    const found = await findBranding(tx, organizationId)
    const row = { ...wanted, organizationId, updatedAt: ctx.now }
    const before = found ?? NOTHING
    if (isSame(before, wanted)) return found ?? row
    await tx
      .insert(brandings)
      .values(row)
      .onConflictDoUpdate({ target: brandings.organizationId, set: row })
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'organization.updated',
        subject: { type: 'organization', id: organizationId },
        changes: { branding: [toldOf(before), toldOf(wanted)] }
      }
    ])
    return row
  })
}

const NO_BYTES = Buffer.alloc(0)

const isSame = (one: Branding, other: Branding): boolean =>
  one.color === other.color &&
  one.logoType === other.logoType &&
  (one.logo ?? NO_BYTES).equals(other.logo ?? NO_BYTES)

const toldOf = ({ color, logo }: Branding) => ({ color, logo: logo !== null })
