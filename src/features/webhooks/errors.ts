import { defineProblem } from '../../errors.js'

export const webhookUrlInvalid = defineProblem({
  code: 'webhook_url_invalid',
  status: 422,
  en: [
    'Invalid webhook URL',
    'url must be a web address of at most {length_max} characters, without credentials and without ' +
      'a fragment.'
  ],
  fr: [
    'URL de webhook invalide',
    'url doit être une adresse web de {length_max} caractères au plus, sans identifiants ni fragment.'
  ]
})

export const webhookUrlInsecure = defineProblem({
  code: 'webhook_url_insecure',
  status: 422,
  en: ['Insecure webhook URL', 'Events are only sent to https:// addresses.'],
  fr: ['URL de webhook non sécurisée', 'Les événements ne sont envoyés qu’à des adresses https://.']
})

export const webhookAddressNotAllowed = defineProblem({
  code: 'webhook_address_not_allowed',
  status: 422,
  en: [
    'Webhook address not allowed',
    'Nothing is sent to {host}: it is not a public address, and the operator has not allowed it.'
  ],
  fr: [
    'Adresse de webhook non autorisée',
    'Rien n’est envoyé à {host}\u00a0: l’adresse n’est pas publique et l’exploitant ne l’a pas autorisée.'
  ]
})

export const organizationsUnknown = defineProblem({
  code: 'organizations_unknown',
  status: 422,
  en: ['Unknown organizations', 'organization_ids names an organization that is not there.'],
  fr: ['Organisations inconnues', 'organization_ids désigne une organisation qui n’existe pas.']
})

export const tooManyWebhookEndpoints = defineProblem({
  code: 'too_many_webhook_endpoints',
  status: 422,
  en: ['Too many webhook endpoints', 'There can be {limit} of them. Delete one first.'],
  fr: [
    'Trop de points de réception',
    'Il peut y en avoir {limit} au plus. Supprimez-en un d’abord.'
  ]
})

export const webhookEndpointDisabled = defineProblem({
  code: 'webhook_endpoint_disabled',
  status: 409,
  en: ['Webhook endpoint disabled', 'Nothing is sent to it: enable it first.'],
  fr: ['Point de réception désactivé', 'Rien ne lui est envoyé\u00a0: réactivez-le d’abord.']
})

export const deliveryPending = defineProblem({
  code: 'delivery_pending',
  status: 409,
  en: ['Delivery pending', 'It has not ended yet: it is tried again by itself.'],
  fr: ['Envoi en attente', 'Il n’est pas terminé\u00a0: il est retenté sans votre intervention.']
})

export const deliveryEventGone = defineProblem({
  code: 'delivery_event_gone',
  status: 410,
  en: ['Event gone', 'The event of this delivery is past its retention: there is nothing to send.'],
  fr: [
    'Événement disparu',
    'La durée de conservation de cet événement est passée\u00a0: il n’y a plus rien à envoyer.'
  ]
})

export const recoveryRange = defineProblem({
  code: 'recovery_range',
  status: 422,
  en: ['Out of range', 'since must lie within the last {days} days.'],
  fr: ['Hors limites', 'since doit se situer dans les {days} derniers jours.']
})
