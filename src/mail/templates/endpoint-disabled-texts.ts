import type { Locale } from '../../errors.js'

interface Texts {
  readonly subject: string
  readonly opening: string
  readonly gone: string
  readonly failing: string
  readonly again: string
}

export const ENDPOINT_DISABLED_TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    subject: 'Your webhook endpoint has been disabled: {url}',
    opening:
      'No events are sent to {url} any more. What was waiting for it on {date} has been discarded.',
    gone: 'It answered 410 Gone, which says that it is there no more.',
    failing: 'For five days, nothing that was sent to it got through.',
    again:
      'Once it works again, enable the endpoint {id} and recover its deliveries: what was discarded ' +
      'can be sent again within 30 days. What happens until then is in the feed of events.'
  },
  fr: {
    subject: 'Votre point de réception de webhooks a été désactivé\u00a0: {url}',
    opening:
      'Aucun événement n’est plus envoyé à {url}. Ce qui attendait d’y être envoyé, le {date}, a été ' +
      'abandonné.',
    gone: 'Il a répondu 410 Gone, ce qui signifie qu’il n’existe plus.',
    failing: 'Pendant cinq jours, rien de ce qui lui était envoyé n’a abouti.',
    again:
      'Quand il fonctionnera à nouveau, réactivez le point de réception {id} et récupérez ses ' +
      'envois\u00a0: ce qui a été abandonné peut être renvoyé dans les 30 jours. Ce qui se passe ' +
      'd’ici là se trouve dans le flux des événements.'
  }
}
