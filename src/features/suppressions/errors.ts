import { defineProblem } from '../../errors.js'

export const mailEventsOff = defineProblem({
  code: 'mail_events_off',
  status: 404,
  en: ['Mail events are off', 'Nobody has set MUSTER_MAIL_EVENTS_SECRET: no mail event is taken.'],
  fr: [
    'Événements de messagerie désactivés',
    'MUSTER_MAIL_EVENTS_SECRET n’est pas défini\u00a0: aucun événement n’est accepté.'
  ]
})

export const signatureInvalid = defineProblem({
  code: 'signature_invalid',
  status: 401,
  en: ['Invalid signature', 'This is not signed with the secret that was agreed on, or too old.'],
  fr: [
    'Signature invalide',
    'La signature ne correspond pas au secret convenu, ou elle est trop ancienne.'
  ]
})

export const unsubscribeLinkInvalid = defineProblem({
  code: 'unsubscribe_link_invalid',
  status: 404,
  en: [
    'This link does not work',
    'It is cut, or the address to which it was sent is no longer that of a member.'
  ],
  fr: [
    'Ce lien ne fonctionne pas',
    'Il est incomplet, ou l’adresse à laquelle il a été envoyé n’est plus celle d’un membre.'
  ]
})
