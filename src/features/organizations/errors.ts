import { defineProblem } from '../../errors.js'

export const unknownPolicy = defineProblem({
  code: 'unknown_policy',
  status: 422,
  en: ['Unknown policy', 'There is no policy of this key.'],
  fr: ['Politique inconnue', 'Il n’existe pas de politique de ce nom.']
})

export const hostNotAllowed = defineProblem({
  code: 'host_not_allowed',
  status: 422,
  en: ['Host not allowed', 'The host of {field} is not in MUSTER_ALLOWED_HOSTS.'],
  fr: ['Hôte non autorisé', 'L’hôte de {field} n’est pas dans MUSTER_ALLOWED_HOSTS.']
})

export const policyIsHosts = defineProblem({
  code: 'policy_is_the_hosts',
  status: 403,
  en: ['Only the host', 'Which policy an organization follows is the product’s choice.'],
  fr: ['Réservé au produit', 'La politique d’une organisation est choisie par le produit.']
})
