import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findBranding } from './queries.js'
import { BrandingSchema, toBranding } from './schemas.js'

export const brandingSingle = defineSingle({
  schema: ref(BrandingSchema),
  tell: async ({ db, ctx }: Look<OrgContext>) =>
    toBranding(await findBranding(db, ctx.organizationId))
})
