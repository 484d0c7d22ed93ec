import { defineProblem } from '../../errors.js'

export const seatsExhausted = defineProblem({
  code: 'seats_exhausted',
  status: 409,
  en: ['No available seats', 'All {limit} seats are in use.'],
  fr: ['Quota de sièges atteint', 'Les {limit} sièges sont utilisés.']
})
