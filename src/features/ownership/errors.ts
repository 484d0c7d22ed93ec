import { defineProblem } from '../../errors.js'

export const alreadyOwner = defineProblem({
  code: 'already_owner',
  status: 409,
  en: ['Owner already', 'This member has the role {role} already.'],
  fr: ['Déjà propriétaire', 'Ce membre a déjà le rôle {role}.']
})

export const formerOwnerAmbiguous = defineProblem({
  code: 'former_owner_ambiguous',
  status: 422,
  en: ['Who gives it away?', 'Name by from_member_id the active {role} who gives the role away.'],
  fr: ['Qui le transmet ?', 'Nommez par from_member_id le {role} actif qui transmet son rôle.']
})
