import type { Locale } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import type { MemberCounts } from '../organizations/queries.js'

/** What lets somebody be invited again. */
export type WayOut = keyof typeof TEXTS

const TEXTS = {
  cancel_invitation: {
    en: 'Cancel a pending invitation.',
    fr: 'Annulez une invitation en attente.'
  },
  remove_suspended: {
    en: 'Remove a suspended member.',
    fr: 'Retirez un membre suspendu.'
  },
  remove_member: {
    en: 'Remove a member who does not need access any more.',
    fr: 'Retirez un membre qui n’a plus besoin d’accès.'
  },
  raise_limit: {
    en: 'Raise the number of seats: upgrade the plan or contact support.',
    fr: 'Augmentez le nombre de sièges : changez d’abonnement ou contactez le support.'
  },
  change_plan: {
    en: 'Change to a plan that includes a team.',
    fr: 'Passez à un abonnement qui comprend la gestion d’équipe.'
  },
  pay_invoice: {
    en: 'Pay the overdue invoice.',
    fr: 'Réglez la facture en souffrance.'
  },
  restore_subscription: {
    en: 'Restore the subscription.',
    fr: 'Rétablissez l’abonnement.'
  }
} as const satisfies Readonly<Record<string, Readonly<Record<Locale, string>>>>

/** The same in words. */
export const wayOutText = (way: WayOut, locale: Locale): string => TEXTS[way][locale]

/** What there is in this team where all seats are in use, the quickest first (OUPI-111). */
export function waysOutOf({ seats: { counted } }: Policy, counts: MemberCounts): WayOut[] {
  const holds = (status: (typeof counted)[number]) =>
    counted.includes(status) && (counts[status] ?? 0) > 0
  return [
    ...(holds('invited') ? (['cancel_invitation'] as const) : []),
    ...(holds('suspended') ? (['remove_suspended'] as const) : []),
    ...((counts.active ?? 0) > 1 ? (['remove_member'] as const) : []),
    'raise_limit'
  ]
}
