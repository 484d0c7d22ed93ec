import { randomBytes } from 'node:crypto'

const SECRET_BYTES = 32

/** What signs deliveries, as Standard Webhooks writes it. */
export const newWebhookSecret = (): string =>
  `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`
