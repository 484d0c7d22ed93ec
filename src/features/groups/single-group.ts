import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findGroup } from './queries.js'
import { GroupSchema, toGroup } from './schemas.js'

export const groupSingle = defineSingle({
  schema: ref(GroupSchema),
  tell: async ({ db, ctx, params }: Look<OrgContext, { readonly group_id: string }>) =>
    toGroup(await findGroup(db, ctx, params.group_id))
})
