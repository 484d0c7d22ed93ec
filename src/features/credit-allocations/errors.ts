import { defineProblem } from '../../errors.js'

export const noRecipients = defineProblem({
  code: 'no_recipients',
  status: 422,
  en: [
    'Nobody to give to',
    'No active member is meant, or none is in some of the groups: groups names these.'
  ],
  fr: [
    'Aucun destinataire',
    'Aucun membre actif n’est concerné, ou certains groupes n’en ont pas : groups les nomme.'
  ]
})

export const tooManyRecipients = defineProblem({
  code: 'too_many_recipients',
  status: 422,
  en: ['Too many at once', 'At most {max} shares can be given at once.'],
  fr: ['Trop à la fois', 'Au plus {max} parts peuvent être attribuées à la fois.']
})

/** Shares are whole credits. */
export const shareBelowOneCredit = defineProblem({
  code: 'share_below_one_credit',
  status: 422,
  en: [
    'Too few credits to share',
    'Shared this way {total} credits leave some of {shares} shares without a single one.'
  ],
  fr: [
    'Trop peu de crédits à répartir',
    'Ainsi répartis, {total} crédits laissent certaines des {shares} parts sans aucun.'
  ]
})
