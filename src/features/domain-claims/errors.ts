import { defineProblem } from '../../errors.js'

export const domainInvalid = defineProblem({
  code: 'invalid_domain',
  status: 422,
  en: ['Not a domain', 'This is not a domain such as acme.com.'],
  fr: ['Pas un domaine', 'Ce n’est pas un domaine comme acme.com.']
})

export const domainIsSuffix = defineProblem({
  code: 'domain_is_public_suffix',
  status: 422,
  en: ['Open to everybody', 'Anybody can have a domain below {domain}: nobody can claim it.'],
  fr: [
    'Ouvert à tous',
    'N’importe qui peut avoir un domaine sous {domain}\u00a0: personne ne peut le revendiquer.'
  ]
})

export const domainIsPublic = defineProblem({
  code: 'domain_is_public_mail',
  status: 422,
  en: ['Public mail', 'Anybody can have an address on {domain}: nobody can claim it.'],
  fr: [
    'Messagerie publique',
    'N’importe qui peut avoir une adresse sur {domain}\u00a0: personne ne peut le revendiquer.'
  ]
})

export const domainIsDisposable = defineProblem({
  code: 'domain_is_disposable',
  status: 422,
  en: ['Disposable addresses', '{domain} has addresses to throw away: nobody can claim it.'],
  fr: [
    'Adresses jetables',
    '{domain} fournit des adresses jetables\u00a0: personne ne peut le revendiquer.'
  ]
})

export const proofNotOffered = defineProblem({
  code: 'domain_proof_not_offered',
  status: 422,
  en: ['Not proven this way', 'The organization’s policy does not take the proof {method}.'],
  fr: ['Preuve non proposée', 'La politique de l’organisation n’accepte pas la preuve {method}.']
})

export const domainAlreadyClaimed = defineProblem({
  code: 'domain_already_claimed',
  status: 409,
  en: ['Yours already', '{domain} is the organization’s already: {domain_claim_id}.'],
  fr: ['Déjà à vous', '{domain} appartient déjà à l’organisation\u00a0: {domain_claim_id}.']
})

export const domainTaken = defineProblem({
  code: 'domain_taken',
  status: 409,
  en: ['Domain taken', 'Another organization has proven that {domain} is its own.'],
  fr: ['Domaine déjà pris', 'Une autre organisation a prouvé que {domain} lui appartient.']
})

export const claimedTooOften = defineProblem({
  code: 'domain_claimed_too_often',
  status: 429,
  en: ['Claimed too often', '{max} claims a day at most. Try again later.'],
  fr: ['Revendiqué trop souvent', 'Au plus {max} revendications par jour. Réessayez plus tard.']
})

export const domainCodeMissing = defineProblem({
  code: 'domain_code_missing',
  status: 422,
  en: ['Code missing', 'Send the six digits that were mailed to the address.'],
  fr: ['Code manquant', 'Envoyez les six chiffres reçus par e-mail à l’adresse.']
})

export const domainCodeWrong = defineProblem({
  code: 'domain_code_wrong',
  status: 422,
  en: ['Wrong code', 'This is not the code that was mailed. Tries left: {tries_left}.'],
  fr: [
    'Code incorrect',
    'Ce n’est pas le code envoyé par e-mail. Essais restants\u00a0: {tries_left}.'
  ]
})

export const domainCodeExpired = defineProblem({
  code: 'domain_code_expired',
  status: 410,
  en: ['Code expired', 'The code was valid until {expired_at}. Claim the domain again.'],
  fr: [
    'Code expiré',
    'Le code était valable jusqu’au {expired_at}. Revendiquez à nouveau le domaine.'
  ]
})

export const domainClaimFailed = defineProblem({
  code: 'domain_claim_failed',
  status: 410,
  en: ['Claim failed', 'This claim has failed. Claim the domain again.'],
  fr: ['Revendication échouée', 'Cette revendication a échoué. Revendiquez à nouveau le domaine.']
})

export const domainClaimReleased = defineProblem({
  code: 'domain_claim_released',
  status: 410,
  en: ['Claim given up', 'This claim was given up, or another one took its place.'],
  fr: ['Revendication abandonnée', 'Cette revendication a été abandonnée ou remplacée.']
})

export const domainClaimVerified = defineProblem({
  code: 'domain_claim_verified',
  status: 409,
  en: ['Confirmed already', 'This domain has been confirmed already.'],
  fr: ['Déjà confirmé', 'Ce domaine a déjà été confirmé.']
})

export const domainLinkInvalid = defineProblem({
  code: 'domain_link_invalid',
  status: 404,
  en: ['Invalid link', 'This is not the link of a claim. Was it copied completely?'],
  fr: [
    'Lien invalide',
    'Ce n’est pas le lien d’une revendication. A-t-il été copié en entier\u00a0?'
  ]
})

export const domainNotProven = defineProblem({
  code: 'domain_not_proven',
  status: 422,
  en: ['Record not found', 'No TXT record of {name} says {expected}. It has {found} others.'],
  fr: [
    'Enregistrement introuvable',
    'Aucun enregistrement TXT de {name} ne contient {expected}. Il y en a {found} autres.'
  ]
})

export const domainLookupFailed = defineProblem({
  code: 'domain_lookup_failed',
  status: 422,
  en: ['DNS did not answer', 'The TXT records of {name} could not be read: {reason}. Try again.'],
  fr: [
    'Le DNS n’a pas répondu',
    'Les enregistrements TXT de {name} n’ont pas pu être lus\u00a0: {reason}. Réessayez.'
  ]
})
