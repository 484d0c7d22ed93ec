import type { Locale } from '../errors.js'
import type { DeadLinkTexts } from './dead-link-view.js'

/** What is said differently of a seat of one's own and of an account that is taken over. */
interface OfferTexts {
  readonly heading: string
  readonly opening: string
  readonly openingWithoutInviter: string
  readonly action: string
}

interface Texts {
  readonly seat: OfferTexts
  readonly reassignment: OfferTexts
  readonly role: string
  readonly address: string
  readonly until: string
  readonly forever: string
  readonly onward: string
  readonly ignore: string
  readonly noAction: string
  readonly forDevelopers: string
  readonly dead: DeadLinkTexts
}

export const TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    seat: {
      heading: 'Join {team}',
      opening: '{inviter} invited you to join {team}.',
      openingWithoutInviter: 'You are invited to join {team}.',
      action: 'Accept the invitation'
    },
    reassignment: {
      heading: 'Take over an account in {team}',
      opening:
        '{inviter} invited you to take over an account that exists already in {team}: all that is ' +
        'in it becomes yours.',
      openingWithoutInviter:
        'You are invited to take over an account that exists already in {team}: all that is in it ' +
        'becomes yours.',
      action: 'Take over the account'
    },
    role: 'Role',
    address: 'Invited address',
    until: 'Valid until',
    forever: 'No end date',
    onward: 'You will continue on {host} and sign in there.',
    ignore: 'If you did not expect this invitation, you can close this page.',
    noAction:
      'The product that {team} uses completes this invitation, but this page has not been told ' +
      'where to find it. Ask whoever invited you how to go on.',
    forDevelopers:
      'For developers: set {variable}, or {setting} of the organization, to the page of your ' +
      'product that accepts invitations.',
    dead: {
      invitation_link_invalid: [
        'This link does not work',
        'It does not belong to any invitation. Perhaps a part of it was lost: open the link from ' +
          'the mail again, or copy all of it.'
      ],
      invitation_superseded: [
        'There is a newer link',
        'This invitation was sent again, and this link stopped working then. Look for the latest ' +
          'mail about it.'
      ],
      invitation_expired: [
        'This invitation has expired',
        'It was not accepted in time. Ask whoever invited you to send it again.'
      ],
      invitation_canceled: [
        'This invitation was withdrawn',
        'It can no longer be accepted. If that surprises you, ask whoever invited you.'
      ],
      invitation_declined: [
        'This invitation was declined',
        'It can no longer be accepted. If you have changed your mind, ask for a new one.'
      ],
      invitation_already_accepted: [
        'This invitation has been accepted',
        'If that was you, there is nothing left to do: sign in as usual. If it was not, tell ' +
          'whoever invited you.'
      ],
      organization_canceled: [
        'This team’s subscription has ended',
        'Nobody can join it for now. If the subscription is restored, this link may work again: ' +
          'ask whoever invited you.'
      ]
    }
  },
  fr: {
    seat: {
      heading: 'Rejoindre {team}',
      opening: '{inviter} vous invite à rejoindre {team}.',
      openingWithoutInviter: 'Vous avez reçu une invitation à rejoindre {team}.',
      action: 'Accepter l’invitation'
    },
    reassignment: {
      heading: 'Reprendre un compte dans {team}',
      opening:
        '{inviter} vous invite à reprendre un compte qui existe déjà dans {team}\u00a0: tout ce ' +
        'qu’il contient devient le vôtre.',
      openingWithoutInviter:
        'Vous avez reçu une invitation à reprendre un compte qui existe déjà dans {team}\u00a0: ' +
        'tout ce qu’il contient devient le vôtre.',
      action: 'Reprendre le compte'
    },
    role: 'Rôle',
    address: 'Adresse invitée',
    until: 'Valable jusqu’au',
    forever: 'Sans date de fin',
    onward: 'Vous continuerez sur {host}, où vous pourrez vous connecter.',
    ignore: 'Si vous n’attendiez pas cette invitation, vous pouvez fermer cette page.',
    noAction:
      'C’est le produit utilisé par {team} qui finalise cette invitation, mais cette page ne sait ' +
      'pas où le trouver. Demandez à la personne qui vous a invité comment continuer.',
    forDevelopers:
      'Pour les développeurs\u00a0: indiquez dans {variable}, ou dans {setting} de ' +
      'l’organisation, la page de votre produit qui accepte les invitations.',
    dead: {
      invitation_link_invalid: [
        'Ce lien ne fonctionne pas',
        'Il ne correspond à aucune invitation. Peut-être en manque-t-il une partie\u00a0: ouvrez ' +
          'de nouveau le lien depuis l’e-mail, ou copiez-le en entier.'
      ],
      invitation_superseded: [
        'Il existe un lien plus récent',
        'Cette invitation a été renvoyée, et ce lien a alors cessé de fonctionner. Cherchez le ' +
          'dernier e-mail à ce sujet.'
      ],
      invitation_expired: [
        'Cette invitation a expiré',
        'Elle n’a pas été acceptée à temps. Demandez à la personne qui vous a invité de la ' +
          'renvoyer.'
      ],
      invitation_canceled: [
        'Cette invitation a été retirée',
        'Elle ne peut plus être acceptée. Si cela vous étonne, demandez à la personne qui vous a ' +
          'invité.'
      ],
      invitation_declined: [
        'Cette invitation a été refusée',
        'Elle ne peut plus être acceptée. Si vous avez changé d’avis, demandez-en une nouvelle.'
      ],
      invitation_already_accepted: [
        'Cette invitation a été acceptée',
        'Si c’était vous, il ne reste rien à faire\u00a0: connectez-vous comme d’habitude. Sinon, ' +
          'prévenez la personne qui vous a invité.'
      ],
      organization_canceled: [
        'L’abonnement de cette équipe est résilié',
        'Personne ne peut la rejoindre pour le moment. Si l’abonnement est rétabli, ce lien pourra ' +
          'fonctionner de nouveau\u00a0: demandez à la personne qui vous a invité.'
      ]
    }
  }
}
