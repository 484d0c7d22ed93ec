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
      'If it works again, enable the endpoint {id} and ask for what it has missed: events of the ' +
      'last 30 days can be recovered.'
  },
  fr: {
    subject: 'Votre point de réception de webhooks a été désactivé\u00a0: {url}',
    opening:
      'Aucun événement n’est plus envoyé à {url}. Ce qui attendait d’y être envoyé, le {date}, a été ' +
      'abandonné.',
    gone: 'Il a répondu 410 Gone, ce qui signifie qu’il n’existe plus.',
    failing: 'Pendant cinq jours, rien de ce qui lui était envoyé n’a abouti.',
    again:
      'S’il fonctionne à nouveau, réactivez le point de réception {id} et demandez ce qu’il a ' +
      'manqué\u00a0: les événements des 30 derniers jours peuvent être récupérés.'
  }
}
