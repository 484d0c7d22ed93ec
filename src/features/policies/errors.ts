import { defineProblem } from '../../errors.js'

export const invalidPolicy = defineProblem({
  code: 'invalid_policy',
  status: 422,
  en: ['Invalid policy', 'The document is not a policy: errors says what is wrong where.'],
  fr: ['Politique invalide', 'Le document n’est pas une politique : errors dit quoi et où.']
})

export const invalidRoleMapping = defineProblem({
  code: 'invalid_role_mapping',
  status: 422,
  en: ['Invalid role mapping', 'role_mapping names what cannot be: errors says what and where.'],
  fr: ['Correspondance de rôles invalide', 'role_mapping est incorrect : errors dit quoi et où.']
})

export const policyUnsafe = defineProblem({
  code: 'policy_unsafe',
  status: 422,
  en: [
    'Unsafe policy',
    'The policy leads where it should not: see findings. To take it all the same, name their ' +
      'codes in allow_findings.'
  ],
  fr: [
    'Politique dangereuse',
    'La politique mène là où elle ne devrait pas : voir findings. Pour l’accepter malgré tout, ' +
      'nommez leurs codes dans allow_findings.'
  ]
})

export const presetPolicy = defineProblem({
  code: 'preset_policy',
  status: 409,
  en: [
    'Policy that ships with Muster',
    'The policy {key} comes with Muster and changes with it. Copy it under a key of your own.'
  ],
  fr: [
    'Politique fournie avec Muster',
    'La politique {key} est fournie avec Muster et change avec lui. Copiez-la sous une autre clé.'
  ]
})

export const policyOrphansRoles = defineProblem({
  code: 'policy_orphans_roles',
  status: 409,
  en: [
    'Policy does not fit',
    'In {total} organizations members hold, or are offered, roles that the policy does not have ' +
      'or not for as many: see organizations. Send such roles elsewhere by role_mapping.'
  ],
  fr: [
    'La politique ne convient pas',
    'Dans {total} organisations, des membres ont (ou se voient proposer) des rôles que la ' +
      'politique n’a pas, ou pas pour autant de personnes : voir organizations. Redirigez ces ' +
      'rôles par role_mapping.'
  ]
})

export const policyChangeTooLarge = defineProblem({
  code: 'policy_change_too_large',
  status: 422,
  en: [
    'Too much at once',
    'One call changes roles in at most {organizations_max} organizations, and of at most ' +
      '{members_max} members. Make the policy under a new key, and let organizations follow it ' +
      'one by one.'
  ],
  fr: [
    'Trop à la fois',
    'Un appel change les rôles dans au plus {organizations_max} organisations, et d’au plus ' +
      '{members_max} membres. Créez la politique sous une nouvelle clé, puis faites-la suivre ' +
      'aux organisations une à une.'
  ]
})

export const policyCheckTooLong = defineProblem({
  code: 'policy_check_too_long',
  status: 422,
  en: ['Check not finished', 'The policy could not be checked within {seconds} seconds.'],
  fr: ['Vérification inachevée', 'La politique n’a pas pu être vérifiée en {seconds} secondes.']
})

export const checkerBusy = defineProblem({
  code: 'policy_checker_busy',
  status: 429,
  en: ['Checker busy', 'Other policies are being checked. Try again in {retry_after} seconds.'],
  fr: [
    'Vérification occupée',
    'D’autres politiques sont en cours de vérification. Réessayez dans {retry_after} secondes.'
  ]
})
