import type { Locale } from '../errors.js'

/** What is said differently of a seat of one's own and of an account that is taken over. */
interface OfferTexts {
  readonly meaning: string
  readonly done: string
}

interface Texts {
  readonly seat: OfferTexts
  readonly reassignment: OfferTexts
  /** The way to it from the invitation. */
  readonly link: string
  readonly heading: string
  readonly action: string
  readonly back: string
  readonly doneHeading: string
}

export const TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    seat: {
      meaning:
        'You will not join {team}, and this link will stop working. If you change your mind later, ' +
        'you will need a new invitation.',
      done:
        'You will not join {team}. If you change your mind, ask for a new invitation. You can close ' +
        'this page.'
    },
    reassignment: {
      meaning:
        'You will not take over the account in {team}, and this link will stop working. If you ' +
        'change your mind later, you will need a new invitation.',
      done:
        'You will not take over the account in {team}. If you change your mind, ask for a new ' +
        'invitation. You can close this page.'
    },
    link: 'Decline',
    heading: 'Decline this invitation?',
    action: 'Decline the invitation',
    back: 'Back to the invitation',
    doneHeading: 'You declined the invitation'
  },
  fr: {
    seat: {
      meaning:
        'Vous ne rejoindrez pas {team} et ce lien cessera de fonctionner. Si vous changez d’avis ' +
        'plus tard, il vous faudra une nouvelle invitation.',
      done:
        'Vous ne rejoindrez pas {team}. Si vous changez d’avis, demandez une nouvelle invitation. ' +
        'Vous pouvez fermer cette page.'
    },
    reassignment: {
      meaning:
        'Vous ne reprendrez pas le compte dans {team} et ce lien cessera de fonctionner. Si vous ' +
        'changez d’avis plus tard, il vous faudra une nouvelle invitation.',
      done:
        'Vous ne reprendrez pas le compte dans {team}. Si vous changez d’avis, demandez une ' +
        'nouvelle invitation. Vous pouvez fermer cette page.'
    },
    link: 'Refuser',
    heading: 'Refuser cette invitation\u00a0?',
    action: 'Refuser l’invitation',
    back: 'Revenir à l’invitation',
    doneHeading: 'Vous avez refusé l’invitation'
  }
}
