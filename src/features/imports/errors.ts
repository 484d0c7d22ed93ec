import { defineProblem } from '../../errors.js'

export const duplicateUser = defineProblem({
  code: 'duplicate_user',
  status: 409,
  en: ['Person given twice', 'This user_id stands earlier in the same request.'],
  fr: ['Personne en double', 'Ce user_id figure déjà plus haut dans la requête.']
})

export const joinedAtNotPast = defineProblem({
  code: 'joined_at_not_past',
  status: 422,
  en: ['Not an instant of the past', 'joined_at must lie between 1970 and now.'],
  fr: ['Instant non passé', 'joined_at doit se situer entre 1970 et maintenant.']
})
