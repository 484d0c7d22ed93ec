import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findCreditRequest } from './queries.js'
import { CreditRequestSchema, toCreditRequest } from './schemas.js'

export const creditRequestSingle = defineSingle({
  schema: ref(CreditRequestSchema),
  tell: async ({ db, ctx, params }: Look<OrgContext, { readonly credit_request_id: string }>) =>
    toCreditRequest(await findCreditRequest(db, ctx, params.credit_request_id))
})
