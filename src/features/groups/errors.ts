import { defineProblem } from '../../errors.js'

export const tooManyGroups = defineProblem({
  code: 'too_many_groups',
  status: 409,
  en: ['Too many groups', 'An organization has at most {max} groups.'],
  fr: ['Trop de groupes', 'Une organisation a au plus {max} groupes.']
})

export const groupTakesNobodyRemoved = defineProblem({
  code: 'member_removed',
  status: 409,
  en: ['Member removed', 'Who has been removed from the organization is in no group of it.'],
  fr: ['Membre retiré', 'Une personne retirée de l’organisation n’est dans aucun groupe.']
})

export const unknownGroup = defineProblem({
  code: 'unknown_group',
  status: 422,
  en: ['Unknown group', 'The organization has no group of these ids: see groups.'],
  fr: ['Groupe inconnu', 'L’organisation n’a pas de groupe de ces ids : voir groups.']
})

export const groupTooLarge = defineProblem({
  code: 'group_too_large',
  status: 422,
  en: ['Too many to take out', 'One call takes at most {max} out of a group: take them out first.'],
  fr: ['Trop de sorties', 'Un appel retire au plus {max} membres d’un groupe : retirez-les avant.']
})

export const unknownMembers = defineProblem({
  code: 'unknown_members',
  status: 422,
  en: ['Unknown members', 'The organization has no members of these ids: see members.'],
  fr: ['Membres inconnus', 'L’organisation n’a pas de membres de ces ids : voir members.']
})
