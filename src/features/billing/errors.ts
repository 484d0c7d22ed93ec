import { defineProblem } from '../../errors.js'

export const billingIsHosts = defineProblem({
  code: 'billing_is_the_hosts',
  status: 403,
  en: ['Only the host', 'What was bought and paid is told by the product itself, not by a member.'],
  fr: ['Réservé au produit', 'Ce qui est acheté et payé est dit par le produit, pas par un membre.']
})

export const invalidPeriod = defineProblem({
  code: 'invalid_period',
  status: 422,
  en: ['Invalid period', 'A period has at least a day and at most {days_max}.'],
  fr: ['Période invalide', 'Une période a au moins un jour et au plus {days_max}.']
})

export const currencyLocked = defineProblem({
  code: 'currency_locked',
  status: 409,
  en: [
    'Credits in another currency',
    'There are credits of {balance} in {currency}: use them first.'
  ],
  fr: ['Crédits dans une autre devise', 'Il reste des crédits de {balance} en {currency}.']
})

export const unknownEntry = defineProblem({
  code: 'unknown_billing_entry',
  status: 422,
  en: ['Unknown billing entry', 'The last billing entry has the number {last}.'],
  fr: ['Écriture inconnue', 'La dernière écriture porte le numéro {last}.']
})
