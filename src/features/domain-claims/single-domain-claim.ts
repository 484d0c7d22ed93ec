import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findClaim } from './queries.js'
import { DomainClaimSchema, toDomainClaim } from './schemas.js'

export const domainClaimSingle = defineSingle({
  schema: ref(DomainClaimSchema),
  tell: async ({ db, ctx, params }: Look<OrgContext, { readonly domain_claim_id: string }>) =>
    toDomainClaim(await findClaim(db, ctx, params.domain_claim_id), ctx.now)
})
