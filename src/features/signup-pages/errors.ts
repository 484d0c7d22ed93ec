import { defineProblem } from '../../errors.js'

export const signupPageDisabled = defineProblem({
  code: 'signup_page_disabled',
  status: 409,
  en: ['Page disabled', 'This signup page has been disabled.'],
  fr: ['Page désactivée', 'Cette page d’inscription a été désactivée.']
})

export const signupPageFull = defineProblem({
  code: 'signup_page_full',
  status: 409,
  en: ['Page full', 'As many people as this page takes have signed up.'],
  fr: ['Page complète', 'Cette page a atteint son nombre maximal d’inscriptions.']
})

export const signupAddressInvalid = defineProblem({
  code: 'signup_address_invalid',
  status: 422,
  en: ['Invalid address', 'This is not an address that mail can be sent to.'],
  fr: ['Adresse invalide', 'Ce n’est pas une adresse à laquelle un e-mail peut être envoyé.']
})

export const signupDomainNotAllowed = defineProblem({
  code: 'signup_domain_not_allowed',
  status: 422,
  en: ['Domain not allowed', 'This page takes addresses of other domains only.'],
  fr: ['Domaine non autorisé', 'Cette page n’accepte que des adresses d’autres domaines.']
})

export const signupDomainInvalid = defineProblem({
  code: 'signup_domain_invalid',
  status: 422,
  en: ['Not a domain', '{domain} is not a domain that addresses can have.'],
  fr: ['Pas un domaine', '{domain} n’est pas un domaine que des adresses peuvent avoir.']
})

export const tooManySignupPages = defineProblem({
  code: 'too_many_signup_pages',
  status: 409,
  en: ['Too many pages', 'An organization has at most {max} signup pages.'],
  fr: ['Trop de pages', 'Une organisation a au plus {max} pages d’inscription.']
})
