import { defineProblem } from '../../errors.js'

export const creditsNotOffered = defineProblem({
  code: 'credits_not_offered',
  status: 422,
  en: ['No credits', 'The organization’s policy has no credits.'],
  fr: ['Pas de crédits', 'La politique de l’organisation ne prévoit pas de crédits.']
})

/** Money credits pay the next charges, and nothing else (OP-86). */
export const moneyCreditsNotTransferable = defineProblem({
  code: 'money_credits_not_transferable',
  status: 422,
  en: [
    'Money credits cannot be moved',
    'The credits of this organization are money: they pay its next charges, and are neither transferred nor refunded.'
  ],
  fr: [
    'Crédits non transférables',
    'Les crédits de cette organisation sont de l’argent : ils paient ses prochaines factures et ne sont ni transférés ni remboursés.'
  ]
})

export const creditsNotTransferable = defineProblem({
  code: 'credits_not_transferable',
  status: 422,
  en: ['Not transferable', 'Credits of one member cannot be given to another here.'],
  fr: ['Non transférable', 'Ici, les crédits d’un membre ne peuvent pas être donnés à un autre.']
})

export const creditModeNotOffered = defineProblem({
  code: 'credit_mode_not_offered',
  status: 422,
  en: ['Not in this mode', 'What is asked is not offered: the mode is {mode}.'],
  fr: ['Pas dans ce mode', 'Ce qui est demandé n’est pas prévu : le mode est {mode}.']
})

/** Who should pay has less than that to spend. */
export const insufficientCredits = defineProblem({
  code: 'insufficient_credits',
  status: 422,
  en: ['Not enough credits', 'There are {available} credits for this, and {needed} are needed.'],
  fr: ['Crédits insuffisants', 'Il y a {available} crédits pour cela, et il en faut {needed}.']
})

export const creditAmountTooLarge = defineProblem({
  code: 'credit_amount_too_large',
  status: 422,
  en: ['Too many credits', 'An organization can have at most {max} credits.'],
  fr: ['Trop de crédits', 'Une organisation peut avoir au plus {max} crédits.']
})

/** Frozen while suspended, locked while reassigned, not in force before the acceptance. */
export const creditsFrozen = defineProblem({
  code: 'credits_frozen',
  status: 409,
  en: [
    'Credits out of reach',
    'The member is {member_status}: its credits cannot be used this way.'
  ],
  fr: [
    'Crédits hors de portée',
    'Le membre est {member_status} : ses crédits ne peuvent pas servir ainsi.'
  ]
})

export const unknownMember = defineProblem({
  code: 'unknown_member',
  status: 422,
  en: ['Unknown member', 'There is no member {member_id} in this organization.'],
  fr: ['Membre inconnu', 'Cette organisation n’a pas de membre {member_id}.']
})

export const unknownTransfer = defineProblem({
  code: 'unknown_transfer',
  status: 422,
  en: ['Unknown transfer', 'There is no such transfer here, or it is of another kind.'],
  fr: ['Transfert inconnu', 'Ce transfert n’existe pas ici, ou il est d’une autre sorte.']
})

export const holdEnded = defineProblem({
  code: 'hold_ended',
  status: 409,
  en: ['Hold ended', 'The hold was captured or released already.'],
  fr: ['Réservation terminée', 'La réservation a déjà été utilisée ou rendue.']
})

export const holdExpired = defineProblem({
  code: 'hold_expired',
  status: 410,
  en: ['Hold expired', 'The hold has run out, and its credits are back.'],
  fr: ['Réservation expirée', 'La réservation a expiré et ses crédits sont revenus.']
})

export const exceedsHold = defineProblem({
  code: 'exceeds_hold',
  status: 422,
  en: ['More than was held', 'Of this hold {available} credits can be captured.'],
  fr: ['Plus que réservé', 'De cette réservation, {available} crédits peuvent être utilisés.']
})

export const exceedsSpend = defineProblem({
  code: 'exceeds_spend',
  status: 422,
  en: ['More than was spent', 'Of this spend {available} credits can be refunded.'],
  fr: ['Plus que dépensé', 'De cette dépense, {available} crédits peuvent être remboursés.']
})

/** In a batch that is done as a whole or not at all, what another part of it kept from being done. */
export const notDone = defineProblem({
  code: 'not_done',
  status: 409,
  en: ['Not done', 'Nothing of this request was done, because of another part of it.'],
  fr: ['Pas fait', 'Rien de cette demande n’a été fait, à cause d’une autre partie.']
})

/** Said before the wait would be long: nothing was done, so the same key can be sent again. */
export const ledgerBusy = defineProblem({
  code: 'ledger_busy',
  status: 429,
  en: ['Busy', 'Too many credit transfers are waiting. Try again in {retry_after} seconds.'],
  fr: ['Occupé', 'Trop de transferts de crédits attendent. Réessayez dans {retry_after} secondes.']
})
