import { refillQuotas } from '../features/credit-quotas/refill-quotas.sweep.js'
import { settleDueCredits } from '../features/credits/settle-credits.sweep.js'
import { checkDomainClaims } from '../features/domain-claims/check-domain-claims.sweep.js'
import { failDomainClaims } from '../features/domain-claims/fail-domain-claims.sweep.js'
import { sendDomainCode } from '../features/domain-claims/send-domain-code.job.js'
import { dropOldEvents } from '../features/events/drop-old-events.sweep.js'
import { sealEvents } from '../features/events/seal-events.sweep.js'
import { buildExport } from '../features/exports/build-export.job.js'
import { expireExports } from '../features/exports/expire-exports.sweep.js'
import { expireInvitations } from '../features/invitations/expire-invitations.sweep.js'
import { sendInvitationEmail } from '../features/invitations/send-invitation-email.job.js'
import { sendNotice } from '../features/notices/send-notice.job.js'
import { notifyOfEvent } from '../features/notifications/notify-of-event.job.js'
import { sendNotification } from '../features/notifications/send-notification.job.js'
import { flagOrganizations } from '../features/organizations/flag-organizations.sweep.js'
import { purgeOrganizations } from '../features/organizations/purge-organizations.sweep.js'
import { mailMember } from '../features/signup-pages/mail-member.job.js'
import { clearWebhookDeliveries } from '../features/webhooks/clear-webhook-deliveries.sweep.js'
import { tellEndpointDisabled } from '../features/webhooks/tell-endpoint-disabled.job.js'
import type { Job, Sweep } from './job.js'
import { purgeOldRows } from './purge-old-rows.sweep.js'

/** Every job, by its name. */
export const JOBS: ReadonlyMap<string, Job> = new Map(
  [
    sendInvitationEmail,
    notifyOfEvent,
    sendNotification,
    sendNotice,
    buildExport,
    sendDomainCode,
    mailMember,
    tellEndpointDisabled
  ].map((job) => [job.name, job as Job])
)

/** Every sweep. */
export const SWEEPS: readonly Sweep[] = [
  expireInvitations,
  expireExports,
  refillQuotas,
  settleDueCredits,
  failDomainClaims,
  checkDomainClaims,
  sealEvents,
  dropOldEvents,
  flagOrganizations,
  purgeOrganizations,
  clearWebhookDeliveries,
  purgeOldRows
]
