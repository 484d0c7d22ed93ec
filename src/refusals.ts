import { defineProblem, type Problem, type ProblemMembers } from './errors.js'
import type { Decision, RefusalCode } from './policy/decide.js'

const notPermitted = defineProblem({
  code: 'not_permitted',
  status: 403,
  en: ['Not permitted', 'The acting member’s role does not allow this.'],
  fr: ['Non autorisé', 'Le rôle du membre agissant ne le permet pas.']
})

const unknownRole = defineProblem({
  code: 'unknown_role',
  status: 422,
  en: ['Unknown role', 'The organization’s policy has no role of this key.'],
  fr: ['Rôle inconnu', 'La politique de l’organisation n’a pas de rôle de ce nom.']
})

const roleNotAssignable = defineProblem({
  code: 'role_not_assignable',
  status: 403,
  en: ['Role not assignable', 'The acting member may not give this role.'],
  fr: ['Rôle non attribuable', 'Le membre agissant ne peut pas donner ce rôle.']
})

const BY_CODE: Record<RefusalCode, (members: ProblemMembers) => Problem> = {
  not_permitted: notPermitted,
  unknown_role: unknownRole,
  role_not_assignable: roleNotAssignable
}

/** The problem that a refusal is told as; undefined when the decision allows. */
export function refusalOf(decision: Decision): Problem | undefined {
  return decision.allowed ? undefined : BY_CODE[decision.code]({ because: decision.because })
}
