import type { Locale } from '../../errors.js'

/** What an access review finds, in the order in which it tells it. */
export const REVIEW_KINDS = [
  'dormant_member',
  'too_many_holders',
  'pending_member',
  'suspended_member',
  'unused_grant',
  'requested_resource',
  'unheld_resource',
  'ownerless_resource',
  'empty_group'
] as const
export type ReviewKind = (typeof REVIEW_KINDS)[number]

type Text = Readonly<Record<Locale, string>>

/** `{days}`: for how long. */
export const FINDINGS: Readonly<Record<ReviewKind, Text>> = {
  dormant_member: {
    en: 'Active, and not here for {days} days.',
    fr: 'Actif, mais absent depuis {days} jours.'
  },
  too_many_holders: {
    en: '{count} active members have this role: up to {max} would be no surprise.',
    fr: '{count} membres actifs ont ce rôle : jusqu’à {max}, rien d’étonnant.'
  },
  pending_member: {
    en: 'Offered for {days} days, and nobody has accepted.',
    fr: 'Proposé depuis {days} jours sans que personne n’accepte.'
  },
  suspended_member: {
    en: 'Suspended for {days} days.',
    fr: 'Suspendu depuis {days} jours.'
  },
  unused_grant: {
    en: 'Not used for {days} days by whoever has it.',
    fr: 'Inutilisée depuis {days} jours par son détenteur.'
  },
  requested_resource: {
    en: 'Asked for {days} days ago, and not made yet.',
    fr: 'Demandée il y a {days} jours et pas encore créée.'
  },
  unheld_resource: {
    en: 'Made for one person alone, and nobody has it.',
    fr: 'Destinée à une seule personne, et personne ne l’a.'
  },
  ownerless_resource: {
    en: 'Nobody owns it, and no role settles what others own.',
    fr: 'Personne n’en est propriétaire, et aucun rôle ne gère celles des autres.'
  },
  empty_group: {
    en: 'Nobody is in this group.',
    fr: 'Personne n’est dans ce groupe.'
  }
}
