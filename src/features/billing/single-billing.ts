import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findOrganization } from '../organizations/queries.js'
import { BillingSchema, toBillingAnswer } from './schemas.js'

export const billingSingle = defineSingle({
  schema: ref(BillingSchema),
  tell: async ({ db, ctx }: Look<OrgContext>) =>
    toBillingAnswer(await findOrganization(db, ctx.organizationId))
})
