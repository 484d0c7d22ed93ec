import { defineProblem } from '../../errors.js'

export const unknownResource = defineProblem({
  code: 'unknown_resource',
  status: 422,
  en: [
    'Unknown resource',
    'The organization has none that is called one of `resources`; to register one takes ' +
      'resource.manage.'
  ],
  fr: [
    'Ressource inconnue',
    'L’organisation n’en a aucune qui s’appelle comme dans `resources` ; en enregistrer une ' +
      'demande resource.manage.'
  ]
})

export const unknownKind = defineProblem({
  code: 'unknown_resource_kind',
  status: 422,
  en: ['Unknown kind', 'The policy has no such kind of resource: choose one of `kinds`.'],
  fr: ['Type inconnu', 'La politique n’a pas ce type de ressource : choisissez parmi `kinds`.']
})

export const unknownMode = defineProblem({
  code: 'unknown_resource_mode',
  status: 422,
  en: ['Unknown mode', 'A {kind} cannot be had in this way: choose one of `modes`.'],
  fr: ['Mode inconnu', 'On ne peut pas avoir ainsi un {kind} : choisissez parmi `modes`.']
})

/** Somebody has it alone, or it was wanted alone and others have it (OP-77). */
export const resourceHeld = defineProblem({
  code: 'resource_held',
  status: 409,
  en: ['Held by somebody else', 'A resource that somebody has exclusively is nobody else’s.'],
  fr: ['Déjà attribuée', 'Une ressource que quelqu’un a en exclusivité n’est à personne d’autre.']
})

export const tooManyResources = defineProblem({
  code: 'too_many_resources',
  status: 422,
  en: ['Too many resources', 'At most {max} can be given here.'],
  fr: ['Trop de ressources', 'On peut en donner {max} au plus ici.']
})

export const noResources = defineProblem({
  code: 'resources_not_used',
  status: 422,
  en: ['No resources', 'The organization’s policy has no kind of resource.'],
  fr: ['Pas de ressources', 'La politique de l’organisation n’a aucun type de ressource.']
})

export const resourceLimit = defineProblem({
  code: 'resource_limit_reached',
  status: 409,
  en: ['Too many resources', 'An organization has at most {max} resources.'],
  fr: ['Trop de ressources', 'Une organisation a au plus {max} ressources.']
})

/** Nobody shares with a group what one person is to have alone. */
export const modeExclusive = defineProblem({
  code: 'mode_exclusive',
  status: 422,
  en: ['Not for a group', 'What is {mode} is one member’s: a group cannot have it so.'],
  fr: ['Pas pour un groupe', 'Ce qui est {mode} est à un seul membre : un groupe ne peut l’avoir.']
})

export const tooManyGroupResources = defineProblem({
  code: 'too_many_group_resources',
  status: 409,
  en: ['Too many resources', 'A group has at most {max} resources.'],
  fr: ['Trop de ressources', 'Un groupe a au plus {max} ressources.']
})

export const kindWithoutOwners = defineProblem({
  code: 'resource_without_owners',
  status: 422,
  en: ['No owners', 'By the policy a {kind} has no owners.'],
  fr: ['Pas de propriétaires', 'Selon la politique, un {kind} n’a pas de propriétaires.']
})

export const tooManyOwners = defineProblem({
  code: 'too_many_owners',
  status: 409,
  en: ['Too many owners', 'A resource has at most {max} owners.'],
  fr: ['Trop de propriétaires', 'Une ressource a au plus {max} propriétaires.']
})

export const resourceFulfilledAlready = defineProblem({
  code: 'resource_fulfilled',
  status: 409,
  en: ['Already there', 'This resource is there, under another external_id.'],
  fr: ['Déjà créée', 'Cette ressource existe, sous un autre external_id.']
})

/** It has no id of the host’s to change. */
export const resourceNotFulfilled = defineProblem({
  code: 'resource_not_fulfilled',
  status: 409,
  en: ['Not there yet', 'What was asked for is given its external_id by `fulfill`.'],
  fr: ['Pas encore créée', 'Ce qui a été demandé reçoit son external_id par `fulfill`.']
})

/** One transaction tells of each of them. */
export const heldByMany = defineProblem({
  code: 'resource_held_by_many',
  status: 409,
  en: [
    'Held by many',
    'What more than {max} members have is not deleted at once: revoke their grants first.'
  ],
  fr: [
    'Attribuée à beaucoup',
    'Ce que plus de {max} membres ont ne se supprime pas d’un coup : révoquez d’abord.'
  ]
})

export const holderRemoved = defineProblem({
  code: 'resource_holder_removed',
  status: 409,
  en: ['Member removed', 'Who has been removed from the organization has and owns nothing of it.'],
  fr: ['Membre retiré', 'Une personne retirée de l’organisation n’a et ne possède plus rien.']
})
