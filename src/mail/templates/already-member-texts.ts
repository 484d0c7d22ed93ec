import type { Locale } from '../../errors.js'

interface Texts {
  readonly subject: string
  readonly opening: string
  readonly help: string
  readonly ignore: string
}

export const ALREADY_MEMBER_TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    subject: 'You already have an account in {team}',
    opening:
      'Somebody, probably you, asked to join {team} with this address. It has an account there ' +
      'already, so you need no invitation: sign in as usual.',
    help: 'If you cannot sign in, ask an administrator of the team.',
    ignore: 'If it was not you, there is nothing to do: nothing has changed.'
  },
  fr: {
    subject: 'Vous avez déjà un compte dans {team}',
    opening:
      'Quelqu’un, sans doute vous, a demandé à rejoindre {team} avec cette adresse. Elle y a déjà ' +
      'un compte\u00a0: il ne vous faut pas d’invitation, connectez-vous comme d’habitude.',
    help: 'Si vous ne pouvez pas vous connecter, adressez-vous à un administrateur de l’équipe.',
    ignore: 'Si ce n’était pas vous, il n’y a rien à faire\u00a0: rien n’a changé.'
  }
}
