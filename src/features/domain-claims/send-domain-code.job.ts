import { Type } from '@sinclair/typebox'
import { type DomainClaimRow, domainClaims } from '../../db/tables/domain-claims.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { parseEmail } from '../../email.js'
import { idPattern } from '../../ids.js'
import { defineJob } from '../../jobs/job.js'
import type { Mail } from '../../mail/mailer.js'
import { renderDomainCode } from '../../mail/templates/domain-code.js'
import { organizationStatusAt } from '../../standing.js'
import { currentPolicyOf, findIfThere } from '../organizations/queries.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import { isSuppressed } from '../suppressions/queries.js'
import { codeOf, linkOf } from './claim-code.js'
import { claimAt, isClaim } from './queries.js'

const SECOND_MS = 1_000
/** 5 s, 15 s, 45 s, 2 min 15 s, 6 min 45 s: within the quarter of an hour that the code is valid. */
const FIRST_WAIT_MS = 5 * SECOND_MS
const WAIT_FACTOR = 3

/** Mails the code of a claim to the address on its domain, unless it is waited for no more. */
export const sendDomainCode = defineJob({
  name: 'send-domain-code',
  payload: Type.Object({
    organization_id: Type.String({ pattern: idPattern('org') }),
    domain_claim_id: Type.String({ pattern: idPattern('dom') })
  }),
  attempts: 6,
  backoffMs: (attempt) => FIRST_WAIT_MS * WAIT_FACTOR ** (attempt - 1),

  async run(deps, { organization_id: organizationId, domain_claim_id: id }) {
    const now = deps.now()
    const organization = await findIfThere(deps.db, organizationId, now)
    if (!organization || organizationStatusAt(organization, now) !== 'active') return
    const [row] = await deps.db.select().from(domainClaims).where(isClaim(organizationId, id))
    if (!row || claimAt(row, now).status !== 'pending') return
    // Undefined where the person has been forgotten since.
    const address = parseEmail(row.email ?? '')
    if (!address) return
    const suppressed = await isSuppressed(deps.db, organizationId, [address.key])
    if (suppressed.has(address.key)) return
    await deps.mailer.send(await composeMail(deps, organization, { ...row, email: address.email }))
  }
})

async function composeMail(
  deps: Deps,
  organization: OrganizationRow,
  row: DomainClaimRow & { readonly email: string }
): Promise<Mail> {
  const { policy } = await currentPolicyOf(deps, deps.db, organization)
  const sender = senderSettingsOf(deps.config, policy, organization)
  const mail = renderDomainCode({
    locale: organization.locale,
    teamName: organization.name,
    claimantName: row.claimedByType === 'member' ? row.claimedByName : null,
    domain: row.domain,
    code: codeOf(deps, row),
    url: linkOf(deps, row, sender.baseUrl),
    expiresAt: row.expiresAt,
    timeZone: organization.timeZone
  })
  return {
    ...mail,
    messageId: `<${row.id}@${new URL(sender.baseUrl).hostname}>`,
    from: sender.from,
    to: row.email,
    ...(sender.replyTo === undefined ? {} : { replyTo: sender.replyTo })
  }
}
