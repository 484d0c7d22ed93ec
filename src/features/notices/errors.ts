import { defineProblem } from '../../errors.js'

export const noticesAreTheHosts = defineProblem({
  code: 'notices_are_the_hosts',
  status: 403,
  en: ['Only the host', 'These notices are sent by the product itself, not by a member.'],
  fr: ['Réservé au produit', 'Ces messages sont envoyés par le produit, pas par un membre.']
})
