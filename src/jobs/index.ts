import { expireInvitations } from '../features/invitations/expire-invitations.sweep.js'
import { sendInvitationEmail } from '../features/invitations/send-invitation-email.job.js'
import { notifyOfEvent } from '../features/notifications/notify-of-event.job.js'
import { sendNotification } from '../features/notifications/send-notification.job.js'
import type { Job, Sweep } from './job.js'
import { purgeOldRows } from './purge-old-rows.sweep.js'

/** Every job, by its name. */
export const JOBS: ReadonlyMap<string, Job> = new Map(
  [sendInvitationEmail, notifyOfEvent, sendNotification].map((job) => [job.name, job as Job])
)

/** Every sweep. */
export const SWEEPS: readonly Sweep[] = [expireInvitations, purgeOldRows]
