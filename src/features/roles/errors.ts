import { defineProblem } from '../../errors.js'

export const roleExists = defineProblem({
  code: 'role_exists',
  status: 409,
  en: ['Role exists', 'There is a role of the key {key} already.'],
  fr: ['Rôle existant', 'Il y a déjà un rôle de clé {key}.']
})

export const tooManyRoles = defineProblem({
  code: 'too_many_roles',
  status: 409,
  en: ['Too many roles', 'An organization has at most {max} roles of its own.'],
  fr: ['Trop de rôles', 'Une organisation a au plus {max} rôles à elle.']
})

export const roleIsThePolicys = defineProblem({
  code: 'role_is_the_policys',
  status: 409,
  en: ['The policy’s own role', 'Only roles that the organization made itself can be changed.'],
  fr: ['Rôle de la politique', 'Seuls les rôles propres à l’organisation peuvent être modifiés.']
})

export const roleStillInUse = defineProblem({
  code: 'role_in_use',
  status: 409,
  en: ['Role in use', 'Members who have it or were offered it: {count}.'],
  fr: ['Rôle utilisé', 'Membres qui l’ont ou à qui il a été proposé : {count}.']
})

export const unknownPermissions = defineProblem({
  code: 'unknown_permissions',
  status: 422,
  en: [
    'Unknown permissions',
    'Some are neither Muster’s nor app:… of your own: unknown names them.'
  ],
  fr: [
    'Permissions inconnues',
    'Certaines ne sont ni à Muster ni des app:… à vous : unknown les nomme.'
  ]
})
