import { defineProblem } from '../../errors.js'

export const creditRequestEnded = defineProblem({
  code: 'credit_request_ended',
  status: 409,
  en: ['Decided already', 'The request is {request_status}: nothing more is decided about it.'],
  fr: ['Déjà décidée', 'La demande est {request_status} : plus rien n’est à décider.']
})

export const tooManyCreditRequests = defineProblem({
  code: 'too_many_credit_requests',
  status: 409,
  en: ['Too many requests for credits', 'Of a member, {max} requests wait at most.'],
  fr: ['Trop de demandes de crédits', 'Un membre a au plus {max} demandes en attente.']
})
