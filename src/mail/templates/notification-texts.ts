import type { Locale } from '../../errors.js'
import { type EventTexts, TEAM_TEXTS } from './team-texts.js'

/** Team names follow no French `de`, which some of them would shorten. */
export const TEXTS = {
  'member.joined': {
    en: {
      others: {
        subject: '{member} joined {team}',
        opening: '{member} joined {team} with the role “{role}”.'
      },
      member: {
        subject: 'Welcome to {team}',
        opening: 'You are now a member of {team} with the role “{role}”.'
      }
    },
    fr: {
      others: {
        subject: '{member} a rejoint {team}',
        opening: '{member} a rejoint {team} avec le rôle «\u202f{role}\u202f».'
      },
      member: {
        subject: 'Bienvenue dans {team}',
        opening:
          'Vous faites désormais partie de l’équipe {team}, avec le rôle «\u202f{role}\u202f».'
      }
    }
  },
  'member.role_changed': {
    en: {
      others: {
        subject: '{member} has another role in {team}',
        opening: '{actor} changed the role of {member} from “{former_role}” to “{role}” in {team}.',
        plainOpening: 'The role of {member} was changed from “{former_role}” to “{role}” in {team}.'
      },
      member: {
        subject: 'Your role in {team} is now “{role}”',
        opening: 'Your role in {team} is now “{role}”. Before, it was “{former_role}”.'
      }
    },
    fr: {
      others: {
        subject: '{member} a un autre rôle dans {team}',
        opening:
          '{actor} a changé un rôle dans {team}\u00a0: {member} passe de ' +
          '«\u202f{former_role}\u202f» à «\u202f{role}\u202f».',
        plainOpening:
          'Un rôle a changé dans {team}\u00a0: {member} passe de «\u202f{former_role}\u202f» à ' +
          '«\u202f{role}\u202f».'
      },
      member: {
        subject: 'Votre rôle dans {team} est désormais «\u202f{role}\u202f»',
        opening:
          'Votre rôle dans {team} est désormais «\u202f{role}\u202f». Auparavant, c’était ' +
          '«\u202f{former_role}\u202f».'
      }
    }
  },
  'member.suspended': {
    en: {
      others: {
        subject: '{member} is suspended in {team}',
        opening: '{actor} suspended the access of {member} to {team}.',
        plainOpening: 'The access of {member} to {team} was suspended.'
      },
      member: {
        subject: 'Your access to {team} is suspended',
        opening: 'Your access to {team} is suspended until somebody of the team restores it.'
      }
    },
    fr: {
      others: {
        subject: '{member} n’a plus accès à {team}',
        opening: '{actor} a suspendu l’accès à {team} pour {member}.',
        plainOpening: 'L’accès à {team} est suspendu pour {member}.'
      },
      member: {
        subject: 'Votre accès à {team} est suspendu',
        opening: 'Votre accès à {team} est suspendu, jusqu’à ce que l’équipe le rétablisse.'
      }
    }
  },
  'member.reactivated': {
    en: {
      others: {
        subject: '{member} has access to {team} again',
        opening: '{actor} restored the access of {member} to {team}.',
        plainOpening: 'The access of {member} to {team} was restored.'
      },
      member: {
        subject: 'You have access to {team} again',
        opening: 'Your access to {team} is no longer suspended.'
      }
    },
    fr: {
      others: {
        subject: '{member} a de nouveau accès à {team}',
        opening: '{actor} a rétabli l’accès à {team} pour {member}.',
        plainOpening: 'L’accès à {team} est rétabli pour {member}.'
      },
      member: {
        subject: 'Vous avez de nouveau accès à {team}',
        opening: 'Votre accès à {team} n’est plus suspendu.'
      }
    }
  },
  'member.removed': {
    en: {
      others: {
        subject: '{member} is no longer in {team}',
        opening: '{actor} removed {member} from {team}.',
        plainOpening: '{member} was removed from {team}.'
      },
      member: {
        subject: 'You are no longer a member of {team}',
        opening: 'You were removed from {team} and have no more access to it.'
      }
    },
    fr: {
      others: {
        subject: '{member} n’est plus dans {team}',
        opening: '{actor} a retiré {member} de l’équipe {team}.',
        plainOpening: '{member} ne fait plus partie de l’équipe {team}.'
      },
      member: {
        subject: 'Vous ne faites plus partie de l’équipe {team}',
        opening: 'Vous ne faites plus partie de l’équipe {team} et n’y avez plus accès.'
      }
    }
  },
  'ownership.transferred': {
    en: {
      others: {
        subject: '{team} has a new owner',
        opening: '{actor} gave the ownership of {team} to {member}.',
        plainOpening: 'The ownership of {team} was given to {member}.'
      },
      member: {
        subject: 'You are now an owner of {team}',
        opening: '{actor} gave the ownership of {team} to you.',
        plainOpening: 'The ownership of {team} was given to you.'
      }
    },
    fr: {
      others: {
        subject: 'L’équipe {team} change de propriétaire',
        opening: '{actor} a confié la propriété de l’équipe {team} à {member}.',
        plainOpening: 'La propriété de l’équipe {team} a été confiée à {member}.'
      },
      member: {
        subject: 'L’équipe {team} est désormais à vous',
        opening: '{actor} vous a confié la propriété de l’équipe {team}.',
        plainOpening: 'La propriété de l’équipe {team} vous a été confiée.'
      }
    }
  },
  'reassignment.declined': {
    en: {
      others: {
        subject: 'Nobody takes over the account of {member} in {team}',
        opening: '{candidate} declined to take over the account of {member} in {team}.'
      },
      member: {
        subject: 'Nobody takes over your account in {team}',
        opening: 'Whoever was to take over your account in {team} has declined.'
      }
    },
    fr: {
      others: {
        subject: 'Le compte «\u202f{member}\u202f» n’est pas repris dans {team}',
        opening: '{candidate} a refusé de reprendre le compte «\u202f{member}\u202f» dans {team}.'
      },
      member: {
        subject: 'Votre compte dans {team} n’est pas repris',
        opening: 'La personne qui devait reprendre votre compte dans {team} a refusé.'
      }
    }
  },
  'reassignment.timed_out': {
    en: {
      others: {
        subject: 'Nobody took over the account of {member} in {team}',
        opening: '{candidate} did not take over the account of {member} in {team} in time.'
      },
      member: {
        subject: 'Nobody took over your account in {team}',
        opening: 'Whoever was to take over your account in {team} did not do so in time.'
      }
    },
    fr: {
      others: {
        subject: 'Le compte «\u202f{member}\u202f» n’a pas été repris dans {team}',
        opening: '{candidate} n’a pas repris à temps le compte «\u202f{member}\u202f» dans {team}.'
      },
      member: {
        subject: 'Votre compte dans {team} n’a pas été repris',
        opening:
          'La personne qui devait reprendre votre compte dans {team} ne l’a pas fait à temps.'
      }
    }
  },
  ...TEAM_TEXTS
} as const satisfies Readonly<Record<string, Readonly<Record<Locale, EventTexts>>>>

/** What mails can tell of. */
export type ToldEvent = keyof typeof TEXTS

interface Notes {
  /** Why this mail comes. */
  readonly others: string
  readonly member: string
  /** Of an account that is still to be taken over. */
  readonly locked: string
}

export const NOTES: Readonly<Record<Locale, Notes>> = {
  en: {
    others: 'You receive this email because of your role in {team}.',
    member: 'You receive this email because it concerns your account in {team}.',
    locked:
      'The account stays locked until somebody takes it over, or the reassignment is canceled.'
  },
  fr: {
    others: 'Vous recevez cet e-mail en raison de votre rôle dans {team}.',
    member: 'Vous recevez cet e-mail parce qu’il concerne votre compte dans {team}.',
    locked:
      'Le compte reste bloqué jusqu’à ce que quelqu’un le reprenne, ou que la réattribution soit ' +
      'annulée.'
  }
}

/** The texts of an event, as they are used. */
export const textsOf = (event: ToldEvent, locale: Locale): EventTexts => TEXTS[event][locale]
