import { defineProblem } from '../../errors.js'

export const memberNotInTeam = defineProblem({
  code: 'member_not_in_team',
  status: 409,
  en: ['Not in the team', 'A member that is {member_status} cannot be changed in this way.'],
  fr: ['Pas dans l’équipe', 'Un membre dans l’état {member_status} ne peut pas être modifié ainsi.']
})

export const memberNotActive = defineProblem({
  code: 'member_not_active',
  status: 409,
  en: ['Member not active', 'This takes an active member; this one is {member_status}.'],
  fr: ['Membre non actif', 'Il faut un membre actif ; celui-ci est dans l’état {member_status}.']
})

export const memberNotSuspended = defineProblem({
  code: 'member_not_suspended',
  status: 409,
  en: ['Member not suspended', 'This takes a suspended member; this one is {member_status}.'],
  fr: [
    'Membre non suspendu',
    'Il faut un membre suspendu ; celui-ci est dans l’état {member_status}.'
  ]
})

export const fieldNotEditable = defineProblem({
  code: 'field_not_editable',
  status: 422,
  en: ['Field not editable', 'The organization’s policy does not let {field} be changed.'],
  fr: ['Champ non modifiable', 'La politique de l’organisation ne permet pas de changer {field}.']
})

export const invitedAddress = defineProblem({
  code: 'invited_address',
  status: 409,
  en: [
    'Address of an invitation',
    'An invitation is to one address for good: cancel {invitation_id}, and invite the other one.'
  ],
  fr: [
    'Adresse d’une invitation',
    'Une invitation garde son adresse : annulez {invitation_id}, puis invitez l’autre adresse.'
  ]
})

export const cancelTheInvitation = defineProblem({
  code: 'cancel_the_invitation',
  status: 409,
  en: ['Cancel the invitation instead', 'Here an offer ends by canceling {invitation_id}.'],
  fr: ['Annulez plutôt l’invitation', 'Ici, une offre se termine en annulant {invitation_id}.']
})

export const removalChoiceNotOffered = defineProblem({
  code: 'removal_choice_not_offered',
  status: 422,
  en: ['Choice not offered', 'The organization’s policy offers for {field} only `choices`.'],
  fr: ['Choix non proposé', 'Pour {field}, la politique ne propose que `choices`.']
})

export const successorNotActive = defineProblem({
  code: 'successor_not_active',
  status: 422,
  en: ['Nobody to hand over to', 'handover_to must be another member, and an active one.'],
  fr: ['Reprise impossible', 'handover_to doit être un autre membre, et un membre actif.']
})

export const actingMemberRequired = defineProblem({
  code: 'acting_member_required',
  status: 400,
  en: ['Who is it?', 'Members do this themselves: name one by Muster-Actor.'],
  fr: ['De qui s’agit-il ?', 'Un membre le fait lui-même : nommez-le par Muster-Actor.']
})

export const beforeRetention = defineProblem({
  code: 'before_retention',
  status: 410,
  en: ['No longer known', 'The log of what happened goes back to {horizon}.'],
  fr: ['Plus connu', 'Le journal de ce qui s’est passé remonte au {horizon}.']
})
