import type { Routes } from '../../http/app-types.js'
import { describeWebhooks } from './catalogue/describe-webhooks.js'

/** Not ours to answer: routes of whoever receives webhooks, which the document describes. */
export const webhookCallRoutes: Routes = async (app) => {
  app.describeWebhooks(describeWebhooks)
}
