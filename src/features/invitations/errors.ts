import { defineProblem } from '../../errors.js'

export const invalidEmail = defineProblem({
  code: 'invalid_email',
  status: 400,
  en: ['Invalid address', 'This is not an address that mail can be sent to.'],
  fr: ['Adresse invalide', 'Ce n’est pas une adresse à laquelle un e-mail peut être envoyé.']
})

export const noAddresses = defineProblem({
  code: 'no_addresses',
  status: 400,
  en: ['No address', 'Name at least one address.'],
  fr: ['Aucune adresse', 'Indiquez au moins une adresse.']
})

export const tooManyAddresses = defineProblem({
  code: 'too_many_addresses',
  status: 400,
  en: ['Too many addresses', 'One request takes at most {max} addresses.'],
  fr: ['Trop d’adresses', 'Une requête accepte au plus {max} adresses.']
})

export const duplicateAddress = defineProblem({
  code: 'duplicate_address',
  status: 409,
  en: ['Address given twice', 'This address stands earlier in the same request.'],
  fr: ['Adresse en double', 'Cette adresse figure déjà plus haut dans la requête.']
})

export const alreadyMember = defineProblem({
  code: 'already_member',
  status: 409,
  en: ['Already a member', 'This person is already a member of the organization.'],
  fr: ['Déjà membre', 'Cette personne est déjà membre de l’organisation.']
})

export const alreadyInvited = defineProblem({
  code: 'already_invited',
  status: 409,
  en: ['Already invited', 'This person has an open invitation: {invitation_id}.'],
  fr: ['Déjà invité', 'Cette personne a une invitation en cours : {invitation_id}.']
})

export const invitationLinkInvalid = defineProblem({
  code: 'invitation_link_invalid',
  status: 404,
  en: ['Invalid link', 'This is not the link of an invitation. Was it copied completely?'],
  fr: ['Lien invalide', 'Ce n’est pas le lien d’une invitation. A-t-il été copié en entier ?']
})

export const invitationSuperseded = defineProblem({
  code: 'invitation_superseded',
  status: 410,
  en: ['Link replaced', 'A newer link was sent: use the latest mail.'],
  fr: ['Lien remplacé', 'Un lien plus récent a été envoyé : utilisez le dernier e-mail.']
})

export const invitationExpired = defineProblem({
  code: 'invitation_expired',
  status: 410,
  en: ['Invitation expired', 'This invitation has expired. Ask for a new one.'],
  fr: ['Invitation expirée', 'Cette invitation a expiré. Demandez-en une nouvelle.']
})

export const invitationCanceled = defineProblem({
  code: 'invitation_canceled',
  status: 410,
  en: ['Invitation canceled', 'This invitation was canceled.'],
  fr: ['Invitation annulée', 'Cette invitation a été annulée.']
})

export const invitationDeclined = defineProblem({
  code: 'invitation_declined',
  status: 410,
  en: ['Invitation declined', 'This invitation was declined.'],
  fr: ['Invitation refusée', 'Cette invitation a été refusée.']
})

export const invitationAlreadyAccepted = defineProblem({
  code: 'invitation_already_accepted',
  status: 409,
  en: ['Invitation already accepted', 'This invitation has been accepted already.'],
  fr: ['Invitation déjà acceptée', 'Cette invitation a déjà été acceptée.']
})

export const emailNotVerified = defineProblem({
  code: 'email_not_verified',
  status: 422,
  en: ['Address not verified', 'The person’s address must be verified before joining.'],
  fr: ['Adresse non vérifiée', 'L’adresse de la personne doit être vérifiée avant de rejoindre.']
})

export const emailMismatch = defineProblem({
  code: 'email_mismatch',
  status: 422,
  en: ['Another address', 'The invitation is for another address than this person’s.'],
  fr: ['Autre adresse', 'L’invitation concerne une autre adresse que celle de cette personne.']
})

export const invitationNotCancelable = defineProblem({
  code: 'invitation_not_cancelable',
  status: 409,
  en: ['Cannot be canceled', 'An invitation that is {status} cannot be canceled.'],
  fr: ['Annulation impossible', 'Une invitation dans l’état {status} ne peut pas être annulée.']
})

export const invitationNotResendable = defineProblem({
  code: 'invitation_not_resendable',
  status: 409,
  en: ['Cannot be sent again', 'An invitation that is {status} cannot be sent again.'],
  fr: ['Renvoi impossible', 'Une invitation dans l’état {status} ne peut pas être renvoyée.']
})

export const invitationReplaced = defineProblem({
  code: 'invitation_replaced',
  status: 409,
  en: ['Replaced', 'The seat of this invitation has been given again since: see the member.'],
  fr: ['Remplacée', 'Le siège de cette invitation a été redonné depuis : voyez le membre.']
})

export const resentTooOften = defineProblem({
  code: 'resent_too_often',
  status: 429,
  en: ['Sent too often', 'This address was sent {max} mails lately. Try again later.'],
  fr: [
    'Envois trop fréquents',
    'Cette adresse a reçu {max} e-mails récemment. Réessayez plus tard.'
  ]
})

export const fieldNotAllowed = defineProblem({
  code: 'field_not_allowed',
  status: 422,
  en: ['Field not allowed', 'The organization’s policy does not take {field} here.'],
  fr: ['Champ non autorisé', 'La politique de l’organisation n’accepte pas {field} ici.']
})

export const fieldRequired = defineProblem({
  code: 'field_required',
  status: 422,
  en: ['Field required', 'The organization’s policy wants {field} here.'],
  fr: ['Champ obligatoire', 'La politique de l’organisation exige {field} ici.']
})

export const resourcesNotOffered = defineProblem({
  code: 'resources_not_offered',
  status: 422,
  en: ['Not such resources', 'Choose one of `choices`; only `existing` takes ids, at least one.'],
  fr: ['Ressources non proposées', 'Choisissez parmi `choices` ; seul `existing` prend des ids.']
})

export const resendWayNotOffered = defineProblem({
  code: 'resend_way_not_offered',
  status: 422,
  en: ['Not sent again this way', 'The organization’s policy does not send again by {via}.'],
  fr: ['Renvoi non proposé ainsi', 'La politique ne prévoit pas de renvoi par {via}.']
})

export const cancelByRemoval = defineProblem({
  code: 'cancel_by_removal',
  status: 409,
  en: ['Remove the member instead', 'Here an invitation ends by removing member {member_id}.'],
  fr: ['Retirez plutôt le membre', 'Ici, une invitation se termine en retirant {member_id}.']
})

export const reassignmentOffer = defineProblem({
  code: 'reassignment_offer',
  status: 409,
  en: ['Offer of a reassignment', 'Cancel the reassignment of member {member_id} instead.'],
  fr: ['Offre de réattribution', 'Annulez plutôt la réattribution du membre {member_id}.']
})
