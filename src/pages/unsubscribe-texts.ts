import type { Locale } from '../errors.js'

interface Texts {
  readonly heading: string
  readonly opening: string
  readonly action: string
  readonly endedHeading: string
  readonly ended: string
  readonly address: string
  readonly still: string
}

export const TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    heading: 'Unsubscribe from {team}?',
    opening: 'You will no longer be told by email what happens in {team}.',
    action: 'Unsubscribe',
    endedHeading: 'You are unsubscribed from {team}',
    ended: 'You are no longer told by email what happens in {team}.',
    address: 'Address',
    still:
      'What concerns yourself still reaches you: invitations, codes that you ask for, changes of ' +
      'your own access. So do billing reminders, if they are for you.'
  },
  fr: {
    heading: 'Se désabonner de {team}\u00a0?',
    opening: 'Vous ne serez plus informé par e-mail de ce qui se passe dans {team}.',
    action: 'Se désabonner',
    endedHeading: 'Vous êtes désabonné de {team}',
    ended: 'Vous n’êtes plus informé par e-mail de ce qui se passe dans {team}.',
    address: 'Adresse',
    still:
      'Ce qui vous concerne vous parviendra toujours\u00a0: invitations, codes que vous demandez, ' +
      'changements de votre propre accès, ainsi que les rappels de facturation qui vous sont ' +
      'destinés.'
  }
}
