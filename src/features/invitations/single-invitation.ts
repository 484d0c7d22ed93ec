import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findInvitation } from './queries.js'
import { InvitationSchema, toInvitation } from './schemas.js'

export const invitationSingle = defineSingle({
  schema: ref(InvitationSchema),
  tell: async ({ db, ctx, params }: Look<OrgContext, { readonly invitation_id: string }>) =>
    toInvitation(await findInvitation(db, ctx.organizationId, params.invitation_id), ctx.now)
})
