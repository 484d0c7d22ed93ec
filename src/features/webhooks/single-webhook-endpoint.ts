import type { KeyContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findEndpoint } from './queries.js'
import { toWebhookEndpoint, WebhookEndpointSchema } from './schemas.js'

export const webhookEndpointSingle = defineSingle({
  schema: ref(WebhookEndpointSchema),
  tell: async ({ db, ctx, params }: Look<KeyContext, { readonly webhook_endpoint_id: string }>) =>
    toWebhookEndpoint(await findEndpoint(db, ctx, params.webhook_endpoint_id), ctx.now)
})
