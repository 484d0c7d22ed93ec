import { defineProblem } from '../../errors.js'

export const memberNotReassignable = defineProblem({
  code: 'member_not_reassignable',
  status: 409,
  en: ['Cannot be reassigned', 'An account that is {member_status} cannot be given to another.'],
  fr: ['Réattribution impossible', 'Un compte dans l’état {member_status} ne peut pas être donné.']
})

export const reassignmentNotPending = defineProblem({
  code: 'reassignment_not_pending',
  status: 409,
  en: ['No reassignment to cancel', 'Nobody is asked to take over: the member is {member_status}.'],
  fr: [
    'Rien à annuler',
    'Aucune réattribution en attente : le membre est dans l’état {member_status}.'
  ]
})
