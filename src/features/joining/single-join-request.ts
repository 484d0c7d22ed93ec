import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findJoinRequest } from './queries.js'
import { JoinRequestSchema, toJoinRequest } from './schemas.js'

export const joinRequestSingle = defineSingle({
  schema: ref(JoinRequestSchema),
  tell: async ({ db, ctx, params }: Look<OrgContext, { readonly join_request_id: string }>) =>
    toJoinRequest(await findJoinRequest(db, ctx, params.join_request_id))
})
