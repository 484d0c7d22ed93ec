import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findOrganization } from './queries.js'
import { OrganizationSchema, toOrganization } from './schemas.js'

export const organizationSingle = defineSingle({
  schema: ref(OrganizationSchema),
  tell: async ({ db, ctx }: Look<OrgContext>) =>
    toOrganization(await findOrganization(db, ctx.organizationId), ctx.now)
})
