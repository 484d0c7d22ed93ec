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
