import { defineProblem } from '../../errors.js'

export const scopeNotHeld = defineProblem({
  code: 'scope_not_held',
  status: 403,
  en: [
    'Scope not held',
    'A key cannot make one that may do more than itself, nor widen such a key or learn its value.'
  ],
  fr: [
    'Portée non détenue',
    'Une clé ne peut pas en créer une qui puisse plus qu’elle-même, ni en élargir une telle ou en ' +
      'apprendre la valeur.'
  ]
})

export const keyExpiresInPast = defineProblem({
  code: 'expiry_in_past',
  status: 422,
  en: ['Expiry in the past', 'expires_at must lie in the future.'],
  fr: ['Expiration passée', 'expires_at doit être dans le futur.']
})

export const apiKeyRevoked = defineProblem({
  code: 'api_key_revoked',
  status: 409,
  en: ['API key revoked', 'A key that was revoked stays as it was: make another.'],
  fr: ['Clé d’API révoquée', 'Une clé révoquée reste comme elle était : créez-en une autre.']
})

export const keyOutlivesOwn = defineProblem({
  code: 'expiry_beyond_own',
  status: 403,
  en: [
    'Expiry beyond your own',
    'A key that ends cannot make one that lives longer, nor widen such a key or learn its value.'
  ],
  fr: [
    'Expiration au-delà de la vôtre',
    'Une clé qui expire ne peut pas en créer une qui dure plus, ni en élargir une telle ou en ' +
      'apprendre la valeur.'
  ]
})
