import { defineProblem } from '../errors.js'

export const unauthenticated = defineProblem({
  code: 'unauthenticated',
  status: 401,
  en: ['Not authenticated', 'Send a valid API key or token: Authorization: Bearer mk_… or eyJ…'],
  fr: [
    'Non authentifié',
    'Envoyez une clé d’API ou un jeton valide : Authorization: Bearer mk_… ou eyJ…'
  ]
})

export const insufficientScope = defineProblem({
  code: 'insufficient_scope',
  status: 403,
  en: ['Insufficient scope', 'This API key lacks the scope {scope}.'],
  fr: ['Portée insuffisante', 'Cette clé d’API n’a pas la portée {scope}.']
})

export const apiKeyRequired = defineProblem({
  code: 'api_key_required',
  status: 403,
  en: ['API key required', 'Only the product itself does this, with its API key.'],
  fr: ['Clé d’API requise', 'Seul le produit lui-même le fait, avec sa clé d’API.']
})

export const organizationLimited = defineProblem({
  code: 'key_limited_to_organizations',
  status: 403,
  en: ['Key limited to organizations', 'This API key is limited to some organizations.'],
  fr: ['Clé limitée à des organisations', 'Cette clé d’API est limitée à certaines organisations.']
})

export const actorSuspended = defineProblem({
  code: 'actor_suspended',
  status: 403,
  en: ['Acting member suspended', 'The acting member is not active in this organization.'],
  fr: ['Membre agissant suspendu', 'Le membre agissant n’est pas actif dans cette organisation.']
})

export const actorNotMember = defineProblem({
  code: 'actor_not_member',
  status: 404,
  en: ['Acting person is not a member', 'Muster-Actor names nobody who is a member here.'],
  fr: ['La personne agissante n’est pas membre', 'Muster-Actor ne désigne aucun membre ici.']
})

export const notAcceptable = defineProblem({
  code: 'not_acceptable',
  status: 406,
  en: ['Not acceptable', 'This can be sent as {types}: name one of them in Accept, or none.'],
  fr: ['Non acceptable', 'Formats disponibles : {types}. Indiquez-en un dans Accept, ou aucun.']
})

export const payloadTooLarge = defineProblem({
  code: 'payload_too_large',
  status: 413,
  en: ['Request too large', 'The body is larger than this operation takes.'],
  fr: ['Requête trop volumineuse', 'Le corps est plus grand que ce que cette opération accepte.']
})

export const unsupportedMediaType = defineProblem({
  code: 'unsupported_media_type',
  status: 415,
  en: ['Unsupported media type', 'Send the body as application/json.'],
  fr: ['Type de contenu non pris en charge', 'Envoyez le corps en application/json.']
})

export const idempotencyKeyInUse = defineProblem({
  code: 'idempotency_key_in_use',
  status: 409,
  en: ['Idempotency key in use', 'A request with this Idempotency-Key is still running.'],
  fr: ['Clé d’idempotence en cours', 'Une requête avec cette Idempotency-Key est en cours.']
})

export const tooManyRequests = defineProblem({
  code: 'too_many_requests',
  status: 429,
  en: ['Too many requests', 'Wait {retry_after} seconds and try again.'],
  fr: ['Trop de requêtes', 'Attendez {retry_after} secondes puis réessayez.']
})

export const internalError = defineProblem({
  code: 'internal_error',
  status: 500,
  en: ['Internal error', 'Something went wrong on our side.'],
  fr: ['Erreur interne', 'Une erreur est survenue de notre côté.']
})

/** Before anything was done for a request. */
export const overloaded = defineProblem({
  code: 'overloaded',
  status: 503,
  en: [
    'Overloaded',
    'There is more to do than can be done. Nothing was done: try again in {retry_after} seconds.'
  ],
  fr: [
    'Surcharge',
    'Trop de requêtes en même temps. Rien n’a été fait : réessayez dans {retry_after} secondes.'
  ]
})

/** What was under way may have been done: of a connection that broke nobody knows. */
export const serviceUnavailable = () => unavailable({ retry_after: 1 })
const unavailable = defineProblem({
  code: 'service_unavailable',
  status: 503,
  en: [
    'Service unavailable',
    'Muster cannot answer right now. Try again shortly, with the same Idempotency-Key if you sent one.'
  ],
  fr: [
    'Service indisponible',
    'Muster ne peut pas répondre pour le moment. Réessayez bientôt, avec la même Idempotency-Key ' +
      'si vous en aviez envoyé une.'
  ]
})

/** Whoever says what they have seen does not change what somebody else has made of it. */
export const preconditionFailed = defineProblem({
  code: 'precondition_failed',
  status: 412,
  en: [
    'Precondition failed',
    'It is not what If-Match says, so nothing was changed. Read it again, then decide.'
  ],
  fr: [
    'Précondition non remplie',
    'Ce n’est plus ce que dit If-Match : rien n’a été modifié. Relisez avant de décider.'
  ]
})
