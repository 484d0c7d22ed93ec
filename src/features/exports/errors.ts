import { defineProblem } from '../../errors.js'

export const exportRunning = defineProblem({
  code: 'export_running',
  status: 409,
  en: ['Export running', 'One export at a time: {export_id} has not ended yet.'],
  fr: ['Export en cours', 'Un seul export à la fois : {export_id} n’est pas terminé.']
})

export const exportsNotOffered = defineProblem({
  code: 'exports_not_offered',
  status: 422,
  en: ['Exports not offered', 'The organization’s policy does not have exports.'],
  fr: ['Exports non proposés', 'La politique de l’organisation ne prévoit pas d’export.']
})

export const exportNotFinished = defineProblem({
  code: 'export_not_finished',
  status: 409,
  en: [
    'Export not finished',
    'Only a finished export can be downloaded: this one is {export_status}.'
  ],
  fr: ['Export non terminé', 'Seul un export terminé peut être téléchargé : {export_status}.']
})

export const exportExpired = defineProblem({
  code: 'export_expired',
  status: 410,
  en: ['Export expired', 'It could be downloaded until {expired_at}. Start another one.'],
  fr: ['Export expiré', 'Il pouvait être téléchargé jusqu’au {expired_at}. Lancez-en un autre.']
})
