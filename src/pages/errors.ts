import { defineProblem } from '../errors.js'

export const crossSiteForm = defineProblem({
  code: 'cross_site_form',
  status: 403,
  en: [
    'Sent from elsewhere',
    'This form was sent from another site. Open the page itself, and send it from there.'
  ],
  fr: [
    'Envoyé depuis un autre site',
    'Ce formulaire a été envoyé depuis un autre site. Ouvrez la page elle-même et envoyez-le de là.'
  ]
})
