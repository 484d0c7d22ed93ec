import type { FastifyInstance } from 'fastify'
import type { Deps } from './deps.js'
import { accessRoutes } from './features/access/routes.js'
import { activityRoutes } from './features/activity/routes.js'
import { apiKeyRoutes } from './features/api-keys/routes.js'
import { billingRoutes } from './features/billing/routes.js'
import { brandingRoutes } from './features/branding/routes.js'
import { bulkRoutes } from './features/bulk/routes.js'
import { creditAllocationRoutes } from './features/credit-allocations/routes.js'
import { creditQuotaRoutes } from './features/credit-quotas/routes.js'
import { creditRequestRoutes } from './features/credit-requests/routes.js'
import { creditSettingsRoutes } from './features/credit-settings/routes.js'
import { creditAccountRoutes } from './features/credits/account-routes.js'
import { creditRoutes } from './features/credits/routes.js'
import { creditTransferListRoutes } from './features/credits/transfer-list-routes.js'
import { creditUsageRoutes } from './features/credits/usage-routes.js'
import { domainClaimRoutes } from './features/domain-claims/routes.js'
import { eventRoutes } from './features/events/routes.js'
import { webhookCallRoutes } from './features/events/webhook-call-routes.js'
import { exportRoutes } from './features/exports/routes.js'
import { groupRoutes } from './features/groups/routes.js'
import { importRoutes } from './features/imports/routes.js'
import { invitationLinkRoutes } from './features/invitations/link-routes.js'
import { invitationRoutes } from './features/invitations/routes.js'
import { joiningRoutes } from './features/joining/routes.js'
import { memberTokenRoutes } from './features/member-tokens/routes.js'
import { memberListRoutes } from './features/members/list-routes.js'
import { memberRoutes } from './features/members/routes.js'
import { noticeRoutes } from './features/notices/routes.js'
import { organizationRoutes } from './features/organizations/routes.js'
import { ownershipRoutes } from './features/ownership/routes.js'
import { policyRoutes } from './features/policies/routes.js'
import { reassignmentRoutes } from './features/reassignments/routes.js'
import { resourceGrantRoutes } from './features/resources/grant-routes.js'
import { resourceOwnerRoutes } from './features/resources/owner-routes.js'
import { resourceRoutes } from './features/resources/routes.js'
import { roleRoutes } from './features/roles/routes.js'
import { signupPageRoutes } from './features/signup-pages/routes.js'
import { suppressionRoutes } from './features/suppressions/routes.js'
import { userRoutes } from './features/users/routes.js'
import { webhookDeliveryRoutes } from './features/webhooks/delivery-routes.js'
import { webhookEndpointRoutes } from './features/webhooks/routes.js'
import { registerAccess } from './http/access.js'
import { registerBudgets } from './http/budgets.js'
import type { Compiling } from './http/compilers.js'
import { registerCors } from './http/cors.js'
import { registerTags } from './http/etag.js'
import { healthRoutes } from './http/health.js'
import { metricsRoutes } from './http/metrics.js'
import { registerOpenApi } from './http/openapi.js'
import { opsPages } from './http/ops.js'
import { createServer } from './http/server.js'
import { registerShedding } from './http/shedding.js'
import { devMailPages } from './pages/dev-mail.js'
import { domainPages } from './pages/domain.js'
import { invitationPages } from './pages/invitation.js'
import { joinPages } from './pages/join.js'
import { problemPages } from './pages/problems.js'
import { unsubscribePages } from './pages/unsubscribe.js'

/** The HTTP service: what every request passes, then one line for each feature. */
export async function buildApp(deps: Deps, compiling?: Compiling): Promise<FastifyInstance> {
  const app = createServer(deps, compiling)
  await registerShedding(app, deps)
  await registerOpenApi(app)
  await registerCors(app, deps)
  await registerBudgets(app, deps)
  await registerAccess(app, deps)
  registerTags(app, deps)

  await app.register(organizationRoutes, { deps })
  await app.register(brandingRoutes, { deps })
  await app.register(policyRoutes, { deps })
  await app.register(billingRoutes, { deps })
  await app.register(creditAllocationRoutes, { deps })
  await app.register(memberRoutes, { deps })
  await app.register(memberListRoutes, { deps })
  await app.register(memberTokenRoutes, { deps })
  await app.register(bulkRoutes, { deps })
  await app.register(activityRoutes, { deps })
  await app.register(accessRoutes, { deps })
  await app.register(reassignmentRoutes, { deps })
  await app.register(ownershipRoutes, { deps })
  await app.register(roleRoutes, { deps })
  await app.register(importRoutes, { deps })
  await app.register(groupRoutes, { deps })
  await app.register(resourceRoutes, { deps })
  await app.register(resourceGrantRoutes, { deps })
  await app.register(resourceOwnerRoutes, { deps })
  await app.register(invitationRoutes, { deps })
  await app.register(invitationLinkRoutes, { deps })
  await app.register(creditQuotaRoutes, { deps })
  await app.register(creditRequestRoutes, { deps })
  await app.register(creditSettingsRoutes, { deps })
  await app.register(domainClaimRoutes, { deps })
  await app.register(joiningRoutes, { deps })
  await app.register(signupPageRoutes, { deps })
  await app.register(creditRoutes, { deps })
  await app.register(creditTransferListRoutes, { deps })
  await app.register(creditAccountRoutes, { deps })
  await app.register(creditUsageRoutes, { deps })
  await app.register(eventRoutes, { deps })
  await app.register(webhookCallRoutes, { deps })
  await app.register(webhookEndpointRoutes, { deps })
  await app.register(webhookDeliveryRoutes, { deps })
  await app.register(exportRoutes, { deps })
  await app.register(noticeRoutes, { deps })
  await app.register(suppressionRoutes, { deps })
  await app.register(userRoutes, { deps })
  await app.register(apiKeyRoutes, { deps })
  await app.register(healthRoutes, { deps })
  await app.register(metricsRoutes, { deps })
  await app.register(opsPages, { deps })
  await app.register(invitationPages, { deps })
  await app.register(domainPages, { deps })
  await app.register(joinPages, { deps })
  await app.register(unsubscribePages, { deps })
  await app.register(problemPages, { deps })
  if (showsDevMail(deps)) await app.register(devMailPages, { deps })
  return app
}

/** What a worker listens with: how it is and what it has done, and nothing else. */
export async function buildHealthApp(deps: Deps): Promise<FastifyInstance> {
  const app = createServer(deps)
  await app.register(healthRoutes, { deps })
  await app.register(metricsRoutes, { deps })
  return app
}

/** Only mails that were not sent are kept, and reading them is using their links. */
export function showsDevMail({ config }: Pick<Deps, 'config'>): boolean {
  return config.devMail && config.smtpUrl === undefined
}
