import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findResource } from './queries.js'
import { ResourceSchema, toResource } from './schemas.js'

export const resourceSingle = defineSingle({
  schema: ref(ResourceSchema),
  tell: async ({ db, ctx, params }: Look<OrgContext, { readonly resource_id: string }>) =>
    toResource(await findResource(db, ctx, params.resource_id), ctx)
})
