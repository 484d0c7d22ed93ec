import type { Locale } from '../../errors.js'
import { CREDIT_TEXTS } from './credit-texts.js'

interface Telling {
  readonly subject: string
  readonly opening: string
  /** Where something that the opening names has no name: nobody in particular did it. */
  readonly plainOpening?: string
}

/** What is told of an event, and to whom. */
export interface EventTexts {
  /** To whoever is told because of their role. */
  readonly others: Telling
  /** To the member whom it concerns; left out: it concerns none. */
  readonly member?: Telling
}

/** Of what befell the team itself: whoever has a role is told. */
export const TEAM_TEXTS = {
  'domain_claim.verified': {
    en: {
      others: {
        subject: '{domain} is verified for {team}',
        opening:
          'The domain {domain} is now verified for {team}: people who have an address on it can ' +
          'join, or ask to.'
      }
    },
    fr: {
      others: {
        subject: 'Le domaine {domain} est vérifié pour {team}',
        opening:
          'Le domaine {domain} est désormais vérifié pour {team}\u00a0: les personnes qui y ont une ' +
          'adresse peuvent rejoindre l’équipe, ou le demander.'
      }
    }
  },
  'domain_claim.failed': {
    en: {
      others: {
        subject: '{domain} is not verified for {team}',
        opening:
          'There is no proof, or no longer any, that the domain {domain} belongs to {team}: nobody ' +
          'can join by it until it is verified.'
      }
    },
    fr: {
      others: {
        subject: 'Le domaine {domain} n’est pas vérifié pour {team}',
        opening:
          'Rien ne prouve, ou ne prouve plus, que le domaine {domain} appartient à {team}\u00a0: ' +
          'personne ne peut rejoindre l’équipe par ce domaine tant qu’il n’est pas vérifié.'
      }
    }
  },
  'join_request.created': {
    en: {
      others: {
        subject: '{person} asks to join {team}',
        opening:
          '{person} asks to join {team} with an address on {domain}. Somebody of the team has to ' +
          'decide.'
      }
    },
    fr: {
      others: {
        subject: '{person} demande à rejoindre {team}',
        opening:
          '{person} demande à rejoindre {team} avec une adresse du domaine {domain}. C’est à ' +
          'l’équipe de décider.'
      }
    }
  },
  'signup_page.filled': {
    en: {
      others: {
        subject: 'A signup page of {team} is full',
        opening:
          'The signup page “{page}” of {team} takes nobody any more: its limit of signups ' +
          '({limit}) is reached.',
        plainOpening:
          'A signup page of {team} takes nobody any more: its limit of signups is reached.'
      }
    },
    fr: {
      others: {
        subject: 'Une page d’inscription de l’équipe {team} est complète',
        opening:
          'La page d’inscription «\u202f{page}\u202f» de l’équipe {team} n’accepte plus ' +
          'personne\u00a0: son nombre maximal d’inscriptions ({limit}) est atteint.',
        plainOpening:
          'Une page d’inscription de l’équipe {team} n’accepte plus personne\u00a0: son nombre ' +
          'maximal d’inscriptions est atteint.'
      }
    }
  },
  'seats.limit_reached': {
    en: {
      others: {
        subject: 'All seats of {team} are taken',
        opening: 'All seats of {team} are taken: {limit} of {limit}.'
      }
    },
    fr: {
      others: {
        subject: 'Tous les sièges de l’équipe {team} sont pris',
        opening: 'Tous les sièges de l’équipe {team} sont pris\u00a0: {limit} sur {limit}.'
      }
    }
  },
  ...CREDIT_TEXTS
} as const satisfies Readonly<Record<string, Readonly<Record<Locale, EventTexts>>>>
