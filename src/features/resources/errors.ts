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
