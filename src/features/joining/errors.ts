import { defineProblem } from '../../errors.js'

export const noInvitation = defineProblem({
  code: 'no_invitation',
  status: 403,
  en: [
    'No invitation',
    'Only an invitation lets this person in, and none is open for the address.'
  ],
  fr: [
    'Aucune invitation',
    'Seule une invitation permet d’entrer, et aucune n’est en cours pour cette adresse.'
  ]
})

/** Told apart from the above (OP-102): claiming the domain would help. */
export const domainNotClaimed = defineProblem({
  code: 'domain_not_claimed',
  status: 403,
  en: ['Domain not claimed', 'No invitation is open, and nobody has claimed {domain}.'],
  fr: [
    'Domaine non revendiqué',
    'Aucune invitation n’est en cours, et personne n’a revendiqué {domain}.'
  ]
})

export const removedBefore = defineProblem({
  code: 'removed_before',
  status: 403,
  en: ['Removed before', 'Whoever was removed comes back by a new invitation only.'],
  fr: [
    'Déjà retiré',
    'Une personne retirée de l’équipe n’y revient que par une nouvelle invitation.'
  ]
})

export const joinDenied = defineProblem({
  code: 'join_denied',
  status: 403,
  en: ['Denied', 'This person’s request was denied. They may ask again from {ask_again_at} on.'],
  fr: [
    'Demande refusée',
    'La demande de cette personne a été refusée. Elle pourra la renouveler à partir du ' +
      '{ask_again_at}.'
  ]
})

export const joinRequestPending = defineProblem({
  code: 'join_request_pending',
  status: 409,
  en: ['Asked already', 'Somebody else of this address has asked to join: {join_request_id}.'],
  fr: [
    'Demande déjà en cours',
    'Une autre personne de cette adresse a déjà demandé à rejoindre l’équipe\u00a0: ' +
      '{join_request_id}.'
  ]
})

export const joinRequestDecided = defineProblem({
  code: 'join_request_decided',
  status: 409,
  en: ['Decided already', 'This request was {join_request_status} before.'],
  fr: ['Déjà tranchée', 'Cette demande a déjà reçu une réponse\u00a0: {join_request_status}.']
})
