import { Type } from '@sinclair/typebox'
import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { idPattern } from '../../ids.js'
import { defineJob, enqueue } from '../../jobs/job.js'
import type { Mail } from '../../mail/mailer.js'
import { renderInvitation } from '../../mail/templates/invitation.js'
import { findRole } from '../../policy/roles.js'
import { OFFER_CODES, OFFER_MAIL_TEXTS } from '../../policy/text-codes.js'
import { ownWords } from '../../policy/texts.js'
import { organizationStatusAt } from '../../standing.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { placeIn } from '../events/retention.js'
import { currentPolicyOf, findIfThere } from '../organizations/queries.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import { isSuppressed } from '../suppressions/queries.js'
import { findOffer, invitationStatusAt, isInvitation, linkOf } from './queries.js'

const SECOND_MS = 1_000
/** 10 s, 40 s, 2 min 40 s, 11 min, 43 min, 2 h 50 min: longer than a mail server's bad morning. */
const FIRST_WAIT_MS = 10 * SECOND_MS
const WAIT_FACTOR = 4

/**
 * Mails the link of an invitation. `send` counts the mails of one invitation: a job that is late
 * does not repeat what a later one has sent, and each mail has one Message-ID however often tried.
 * Of a canceled organization none is sent, nor to an address on the list of suppressions: it counts
 * as failed, so that it can be sent again later.
 */
export const sendInvitationEmail = defineJob({
  name: 'send-invitation-email',
  payload: Type.Object({
    organization_id: Type.String({ pattern: idPattern('org') }),
    invitation_id: Type.String({ pattern: idPattern('inv') }),
    send: Type.Integer({ minimum: 1 })
  }),
  attempts: 7,
  backoffMs: (attempt) => FIRST_WAIT_MS * WAIT_FACTOR ** (attempt - 1),

  async run(deps, payload) {
    const { organization_id: organizationId, invitation_id: id, send } = payload
    const now = deps.now()
    const organization = await findIfThere(deps.db, organizationId, now)
    const offer = organization && (await findOffer(deps.db, organizationId, id))
    const open = offer && invitationStatusAt(offer.invitation, now) === 'pending'
    // Accepted, canceled, expired, sent again, sent already or deleted since it was queued.
    if (!open || offer.invitation.sendCount !== send || offer.invitation.delivery === 'sent') return
    const { invitation } = offer
    const reason = await findReasonAgainst(deps, organization, invitation)
    if (reason === undefined) {
      await deps.mailer.send(await composeMail(deps, organization, invitation))
      await recordDelivery(deps, invitation, { delivery: 'sent' })
    } else await recordDelivery(deps, invitation, { delivery: 'failed', reason })
  },

  async giveUp(deps, { organization_id: organizationId, invitation_id: id, send }) {
    const organization = await findIfThere(deps.db, organizationId, deps.now())
    const offer = organization && (await findOffer(deps.db, organizationId, id))
    if (offer?.invitation.sendCount !== send || offer.invitation.delivery === 'sent') return
    await recordDelivery(deps, offer.invitation, { delivery: 'failed', reason: 'given_up' })
  }
})

/** One mail for each, in the transaction that made or changed them. */
export function enqueueInvitationEmails(
  tx: Tx,
  { now }: CallContext,
  rows: readonly InvitationRow[]
): void {
  const [first] = rows
  if (!first) return
  const { organizationId } = first
  const payloads = rows.map((row) => ({
    organization_id: organizationId,
    invitation_id: row.id,
    send: row.sendCount
  }))
  enqueue(tx, { organizationId, now }, sendInvitationEmail, payloads)
}

async function findReasonAgainst(
  deps: Deps,
  organization: OrganizationRow,
  { organizationId, emailKey }: InvitationRow
): Promise<'organization_canceled' | 'suppressed' | undefined> {
  if (organizationStatusAt(organization, deps.now()) !== 'active') return 'organization_canceled'
  const suppressed = await isSuppressed(deps.db, organizationId, [emailKey])
  return suppressed.has(emailKey) ? 'suppressed' : undefined
}

async function composeMail(
  deps: Deps,
  organization: OrganizationRow,
  row: InvitationRow
): Promise<Mail> {
  const { policy } = await currentPolicyOf(deps, deps.db, organization)
  const sender = senderSettingsOf(deps.config, policy, organization)
  const code = `mail.${OFFER_CODES[row.kind]}`
  const mail = renderInvitation({
    locale: row.locale,
    kind: row.kind,
    teamName: organization.name,
    inviterName: row.invitedByName,
    roleLabel: findRole(policy, row.role)?.label[row.locale] ?? row.role,
    message: row.message,
    url: linkOf(deps, row, sender.baseUrl),
    expiresAt: row.expiresAt,
    lifetimeDays: row.lifetimeDays,
    timeZone: organization.timeZone,
    words: ownWords(policy.texts, code, OFFER_MAIL_TEXTS, row.locale)
  })
  return {
    ...mail,
    messageId: `<${row.id}.${row.sendCount}@${new URL(sender.baseUrl).hostname}>`,
    from: sender.from,
    to: row.email,
    ...(sender.replyTo === undefined ? {} : { replyTo: sender.replyTo })
  }
}

type Outcome =
  | { readonly delivery: 'sent' }
  | { readonly delivery: 'failed'; readonly reason: string }

/** Unless it has changed since the row was read: the mail's bounce may be faster than we are. */
async function recordDelivery(deps: Deps, row: InvitationRow, outcome: Outcome): Promise<void> {
  const { delivery } = outcome
  if (row.delivery === null || row.delivery === delivery) return
  const before = row.delivery
  const now = deps.now()
  const ctx: CallContext = { actor: SYSTEM, now, requestId: null, locale: row.locale }
  await runCommand(deps, ctx, async (tx) => {
    const [updated] = await tx
      .update(invitations)
      .set({ delivery, updatedAt: now, ...(delivery === 'sent' ? { sentAt: now } : {}) })
      .where(
        and(
          isInvitation(row.organizationId, row.id),
          eq(invitations.sendCount, row.sendCount),
          eq(invitations.delivery, before)
        )
      )
      .returning({ policyVersion: invitations.policyVersion })
    if (!updated) return
    const { organizationId } = row
    const place = { ...(await placeIn(tx, organizationId)), ...updated }
    appendEvents(tx, ctx, place, [toEvent(row, outcome)])
  })
}

const toEvent = (row: InvitationRow, { delivery, ...why }: Outcome): NewEvent => ({
  type: delivery === 'sent' ? 'invitation.sent' : 'invitation.delivery_failed',
  subject: { type: 'invitation', id: row.id },
  data: { member_id: row.memberId, email: row.email, ...why },
  changes: { delivery: [row.delivery, delivery] }
})
