import type { Locale } from '../../errors.js'

/** What is looked at, in this order: the first that is not well is where to begin. */
export const ACCESS_CHECKS = [
  'organization',
  'billing',
  'membership',
  'account_confirmed',
  'suspension',
  'reassignment',
  'role',
  'permissions',
  'resources',
  'credits'
] as const
export type AccessCheck = (typeof ACCESS_CHECKS)[number]

/** Those of them that keep somebody out. */
export const DOORS: readonly AccessCheck[] = [
  'organization',
  'membership',
  'account_confirmed',
  'suspension',
  'reassignment'
]

type Text = Readonly<Record<Locale, string>>

export const WELL: Readonly<Record<AccessCheck, Text>> = {
  organization: { en: 'The subscription is active.', fr: 'L’abonnement est actif.' },
  billing: { en: 'No invoice is overdue.', fr: 'Aucune facture n’est en retard.' },
  membership: { en: 'Belongs to the team.', fr: 'Fait partie de l’équipe.' },
  account_confirmed: {
    en: 'The invitation was accepted: the account is confirmed.',
    fr: 'L’invitation a été acceptée : le compte est confirmé.'
  },
  suspension: { en: 'Not suspended.', fr: 'Pas suspendu.' },
  reassignment: {
    en: 'The account is not being handed over.',
    fr: 'Le compte n’est pas en cours de réattribution.'
  },
  role: { en: 'The role is {role_label}.', fr: 'Le rôle est {role_label}.' },
  permissions: {
    en: 'The role gives {count} permissions.',
    fr: 'Le rôle donne {count} permissions.'
  },
  resources: { en: 'Has {count} resources.', fr: 'A {count} ressources.' },
  credits: { en: 'Has {usable} credits to use.', fr: 'Dispose de {usable} crédits.' }
}

/** Of what the policy does not have, or what is asked of members only. */
export const ABSENT: Text = {
  en: 'Does not apply here.',
  fr: 'Sans objet ici.'
}

/** What is not well, by its stable code. */
export const TROUBLES = {
  organization_canceled: {
    en: 'The subscription is canceled since {canceled_at}.',
    fr: 'L’abonnement est résilié depuis {canceled_at}.'
  },
  billing_past_due: {
    en: 'An invoice is overdue. Whoever is in the team still gets in.',
    fr: 'Une facture est en retard. Les membres de l’équipe entrent quand même.'
  },
  member_removed: {
    en: 'Removed from the team on {removed_at}.',
    fr: 'Retiré de l’équipe le {removed_at}.'
  },
  member_left: {
    en: 'Has left the team on {removed_at}.',
    fr: 'A quitté l’équipe le {removed_at}.'
  },
  invitation_canceled: {
    en: 'The invitation was canceled on {removed_at}.',
    fr: 'L’invitation a été annulée le {removed_at}.'
  },
  invitation_declined: {
    en: 'The invitation was declined on {removed_at}.',
    fr: 'L’invitation a été refusée le {removed_at}.'
  },
  invitation_expired: {
    en: 'The invitation ran out on {expires_at} and was not accepted.',
    fr: 'L’invitation a expiré le {expires_at} sans être acceptée.'
  },
  address_suppressed: {
    en: 'The address gets no mail: the invitation did not arrive.',
    fr: 'L’adresse ne reçoit aucun e-mail : l’invitation n’est pas arrivée.'
  },
  mail_failed: {
    en: 'The mail with the invitation could not be sent.',
    fr: 'L’e-mail d’invitation n’a pas pu être envoyé.'
  },
  mail_not_sent: {
    en: 'No mail was sent: whoever invited has the link.',
    fr: 'Aucun e-mail n’a été envoyé : le lien est chez qui a invité.'
  },
  mail_queued: {
    en: 'The mail with the invitation is about to be sent.',
    fr: 'L’e-mail d’invitation est sur le point d’être envoyé.'
  },
  invitation_pending: {
    en: 'The invitation was sent and not accepted yet.',
    fr: 'L’invitation a été envoyée et pas encore acceptée.'
  },
  member_suspended: {
    en: 'Suspended since {since}.',
    fr: 'Suspendu depuis le {since}.'
  },
  reassignment_pending: {
    en: 'On its way to {email}: nobody has access until they accept.',
    fr: 'En cours de réattribution à {email} : personne n’y a accès d’ici là.'
  },
  unknown_role: {
    en: 'The policy has no role {role} any more.',
    fr: 'La politique n’a plus de rôle {role}.'
  },
  no_permissions: {
    en: 'The role gives no permission at all.',
    fr: 'Le rôle ne donne aucune permission.'
  },
  resources_requested: {
    en: '{waiting} of the resources are still to be made.',
    fr: '{waiting} des ressources sont encore à créer.'
  },
  credits_frozen: {
    en: 'What is there cannot be used: the member is {member_status}.',
    fr: 'Ce qu’il y a est hors de portée : le membre est {member_status}.'
  },
  no_credits: {
    en: 'No credits were ever allocated.',
    fr: 'Aucun crédit n’a été attribué.'
  },
  credits_exhausted: {
    en: 'What was allocated is used up.',
    fr: 'Ce qui avait été attribué est épuisé.'
  },
  pool_exhausted: {
    en: 'The pool that everybody shares is empty.',
    fr: 'La réserve commune est vide.'
  }
} as const satisfies Readonly<Record<string, Text>>
export type Trouble = keyof typeof TROUBLES
