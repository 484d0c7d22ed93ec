import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { MemberDetailsSchema, toMemberDetails } from './details-schemas.js'
import { getMember } from './get-member.js'

/**
 * With what lies on the seat. Activity and spends change that without the organization's lock: after
 * a precondition was held they may still, but no command on members writes what they write.
 */
export const memberSingle = defineSingle({
  schema: ref(MemberDetailsSchema),
  tell: async ({ db, ctx, params }: Look<OrgContext, { readonly member_id: string }>) =>
    toMemberDetails(await getMember({ db }, ctx, params.member_id), ctx)
})
