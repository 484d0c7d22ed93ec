import type { MemberStatus } from '../../db/tables/members.js'
import type { Locale } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import { findRole } from '../../policy/roles.js'
import { textOf } from '../../policy/texts.js'

const STATUSES: Readonly<Record<MemberStatus, Readonly<Record<Locale, string>>>> = {
  invited: { en: 'Invited', fr: 'Invité' },
  invitation_expired: { en: 'Invitation expired', fr: 'Invitation expirée' },
  active: { en: 'Active', fr: 'Actif' },
  suspended: { en: 'Suspended', fr: 'Suspendu' },
  reassignment_pending: { en: 'Reassignment pending', fr: 'Réattribution en attente' },
  removed: { en: 'Removed', fr: 'Retiré' }
}

/** What people call a status: the policy's own words under `status.<status>`, else ours. */
export function statusLabel(policy: Policy, status: MemberStatus, locale: Locale): string {
  return textOf(policy.texts, `status.${status}`, locale) ?? STATUSES[status][locale]
}

/** What people call a role; the key of one that has gone. */
export function roleLabel(policy: Policy, role: string, locale: Locale): string {
  return findRole(policy, role)?.label[locale] ?? role
}

/** What the policy calls somebody who has not accepted yet; null: it is no such status. */
export function pendingLabel(policy: Policy, status: MemberStatus, locale: Locale): string | null {
  return status === 'invited' ? statusLabel(policy, status, locale) : null
}
