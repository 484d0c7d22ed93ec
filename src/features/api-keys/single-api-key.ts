import type { KeyContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { getApiKey } from './get-api-key.js'
import { ApiKeySchema, toApiKey } from './schemas.js'

export const apiKeySingle = defineSingle({
  schema: ref(ApiKeySchema),
  tell: async ({ db, ctx, params }: Look<KeyContext, { readonly api_key_id: string }>) =>
    toApiKey(await getApiKey(db, params.api_key_id), ctx.now)
})
