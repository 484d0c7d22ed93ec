/** Of credits: where no member is named it is the team’s pool. */
export const CREDIT_TEXTS = {
  'credits.low': {
    en: {
      others: {
        subject: 'Few credits are left in {team}',
        opening:
          '{member} of {team} has {percent}% or less left of the credits that were given to them: ' +
          '{available}.',
        plainOpening: 'The pool of {team} has {percent}% or less left of its credits: {available}.'
      }
    },
    fr: {
      others: {
        subject: 'Il reste peu de crédits dans l’équipe {team}',
        opening:
          '{member}, de l’équipe {team}, a encore {percent}\u00a0% ou moins des crédits ' +
          'reçus\u00a0: {available}.',
        plainOpening:
          'La réserve de l’équipe {team} a encore {percent}\u00a0% ou moins de ses ' +
          'crédits\u00a0: {available}.'
      }
    }
  },
  'credits.exhausted': {
    en: {
      others: {
        subject: 'Out of credits in {team}',
        opening: '{member} of {team} has no credits left.',
        plainOpening: 'The pool of {team} is empty: no credits are left to hand out or to spend.'
      }
    },
    fr: {
      others: {
        subject: 'Plus de crédits dans l’équipe {team}',
        opening: '{member}, de l’équipe {team}, n’a plus de crédits.',
        plainOpening:
          'La réserve de l’équipe {team} est vide\u00a0: il n’y a plus de crédits à attribuer ni ' +
          'à dépenser.'
      }
    }
  },
  'credits.quota_short': {
    en: {
      others: {
        subject: 'Monthly quotas of {team} were not filled up',
        opening:
          'The monthly quotas of {team} could not be filled up: that takes {needed} credits, and ' +
          'the pool has {available}. Nobody is given any until it has enough.'
      }
    },
    fr: {
      others: {
        subject: 'Les quotas mensuels de l’équipe {team} n’ont pas été complétés',
        opening:
          'Les quotas mensuels de l’équipe {team} n’ont pas pu être complétés\u00a0: il faut ' +
          '{needed} crédits, et la réserve en a {available}. Personne n’en reçoit tant qu’elle ' +
          'n’en a pas assez.'
      }
    }
  },
  'credit_request.created': {
    en: {
      others: {
        subject: 'A request for credits in {team}',
        opening:
          '{member} asks for {amount} credits in {team}. Whoever hands out credits has to decide.',
        plainOpening:
          'A member asks for {amount} credits in {team}. Whoever hands out credits has to decide.'
      }
    },
    fr: {
      others: {
        subject: 'Une demande de crédits dans l’équipe {team}',
        opening:
          '{member} demande {amount} crédits dans l’équipe {team}. C’est aux personnes qui ' +
          'attribuent les crédits de décider.',
        plainOpening:
          'Un membre demande {amount} crédits dans l’équipe {team}. C’est aux personnes qui ' +
          'attribuent les crédits de décider.'
      }
    }
  }
} as const
