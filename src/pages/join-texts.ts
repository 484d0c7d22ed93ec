import type { Locale } from '../errors.js'
import type { DeadLinkTexts } from './dead-link-view.js'

interface Texts {
  readonly heading: string
  readonly opening: string
  readonly domains: string
  readonly label: string
  readonly action: string
  readonly personal: string
  /** Before the title of a page that has found a mistake. */
  readonly error: string
  readonly sentHeading: string
  readonly sent: string
  readonly sentHelp: string
  readonly again: string
  readonly disabledHeading: string
  readonly disabled: string
  readonly fullHeading: string
  readonly full: string
  readonly blockedHeading: string
  /** By the code of the reason. */
  readonly blocked: Readonly<Record<string, string>>
  /** For any other. */
  readonly blockedAnyhow: string
  /** For whoever has asked before. */
  readonly stillValid: string
  readonly askAround: string
  /** By the code of what is wrong with an address. */
  readonly mistakes: Readonly<Record<string, string>>
  readonly dead: DeadLinkTexts
}

export const TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    heading: 'Join {team}',
    opening:
      'Enter your email address: you get a personal invitation to join {team} by mail, and accept ' +
      'it there.',
    domains: 'Only addresses of these domains can be used: {domains}.',
    label: 'Your email address',
    action: 'Send me an invitation',
    personal:
      'Nothing else happens here: nobody joins before they have opened the link in the mail.',
    error: 'Error',
    sentHeading: 'Check your email',
    sent:
      'If this address can join {team}, a mail is on its way to it. It says how to go on: the link ' +
      'in it is for you alone.',
    sentHelp:
      'Nothing there after a few minutes? Check your spam folder, and that the address was ' +
      'right.',
    again: 'Use another address',
    disabledHeading: 'This page has been disabled',
    disabled: 'Nobody can sign up for {team} by this link any more.',
    fullHeading: 'This page is full',
    full: 'As many people as this link is for have signed up for {team}.',
    blockedHeading: 'You cannot join {team} for now',
    blocked: {
      billing_past_due: 'An invoice of {team} is overdue. Once it is paid, this page works again.',
      seats_exhausted: 'All seats of {team} are taken.',
      organization_canceled: 'The subscription of {team} has ended.',
      not_entitled: 'The plan of {team} has no room for further people.'
    },
    blockedAnyhow: 'Nobody can be taken in at the moment.',
    stillValid: 'If you have been sent an invitation already, the link in that mail still works.',
    askAround: 'Ask whoever gave you this link.',
    mistakes: {
      signup_address_invalid: 'Enter a complete email address, such as name@example.com.',
      signup_domain_not_allowed: 'Addresses of this domain cannot be used here.'
    },
    dead: {
      not_found: [
        'This link does not work',
        'It does not belong to any signup page. Perhaps a part of it was lost: copy all of it, or ' +
          'ask whoever gave it to you for a new one.'
      ]
    }
  },
  fr: {
    heading: 'Rejoindre {team}',
    opening:
      'Saisissez votre adresse e-mail\u00a0: vous recevrez par e-mail une invitation personnelle à ' +
      'rejoindre {team}, et c’est là que vous l’accepterez.',
    domains: 'Seules les adresses de ces domaines sont acceptées\u00a0: {domains}.',
    label: 'Votre adresse e-mail',
    action: 'M’envoyer une invitation',
    personal:
      'Rien d’autre ne se passe ici\u00a0: personne ne rejoint l’équipe avant d’avoir ouvert le ' +
      'lien de l’e-mail.',
    error: 'Erreur',
    sentHeading: 'Consultez vos e-mails',
    sent:
      'Si cette adresse peut rejoindre {team}, un e-mail est en route. Il vous dira comment ' +
      'continuer\u00a0: le lien qu’il contient n’est que pour vous.',
    sentHelp:
      'Toujours rien au bout de quelques minutes\u00a0? Regardez parmi les courriers indésirables ' +
      'et vérifiez que l’adresse était la bonne.',
    again: 'Utiliser une autre adresse',
    disabledHeading: 'Cette page a été désactivée',
    disabled: 'Il n’est plus possible de s’inscrire auprès de l’équipe {team} par ce lien.',
    fullHeading: 'Cette page est complète',
    full: 'Le nombre de personnes prévu pour ce lien s’est déjà inscrit auprès de l’équipe {team}.',
    blockedHeading: 'Vous ne pouvez pas rejoindre {team} pour le moment',
    blocked: {
      billing_past_due:
        'Une facture de l’équipe {team} est en souffrance. Une fois qu’elle sera réglée, cette page ' +
        'fonctionnera de nouveau.',
      seats_exhausted: 'Tous les sièges de l’équipe {team} sont pris.',
      organization_canceled: 'L’abonnement de l’équipe {team} est résilié.',
      not_entitled: 'L’abonnement de l’équipe {team} ne permet pas d’accueillir d’autres personnes.'
    },
    blockedAnyhow: 'Personne ne peut être accueilli pour l’instant.',
    stillValid: 'Si vous avez déjà reçu une invitation, le lien de cet e-mail fonctionne toujours.',
    askAround: 'Adressez-vous à la personne qui vous a donné ce lien.',
    mistakes: {
      signup_address_invalid: 'Saisissez une adresse e-mail complète, par exemple nom@example.com.',
      signup_domain_not_allowed: 'Les adresses de ce domaine ne sont pas acceptées ici.'
    },
    dead: {
      not_found: [
        'Ce lien ne fonctionne pas',
        'Il ne correspond à aucune page d’inscription. Peut-être en manque-t-il une ' +
          'partie\u00a0: copiez-le en entier, ou demandez-en un nouveau à la personne qui vous ' +
          'l’a donné.'
      ]
    }
  }
}
