import type { Locale } from '../../errors.js'

interface Texts {
  readonly subject: string
  readonly subjectWithoutInviter: string
  readonly heading: string
  readonly opening: string
  readonly openingWithoutInviter: string
  readonly action: string
  readonly expiry: string
  readonly ignore: string
}

/** A seat of one's own, or that of somebody who leaves it. */
export type OfferKind = 'seat' | 'reassignment'

export const TEXTS: Readonly<Record<OfferKind, Readonly<Record<Locale, Texts>>>> = {
  seat: {
    en: {
      subject: '{inviter} invited you to join {team}',
      subjectWithoutInviter: 'You are invited to join {team}',
      heading: 'Join {team}',
      opening: '{inviter} invited you to join {team} with the role “{role}”.',
      openingWithoutInviter: 'You are invited to join {team} with the role “{role}”.',
      action: 'Accept the invitation',
      expiry: 'This invitation is valid until {date}.',
      ignore: 'If you did not expect this invitation, you can ignore this email.'
    },
    fr: {
      subject: '{inviter} vous invite à rejoindre {team}',
      subjectWithoutInviter: 'Invitation à rejoindre {team}',
      heading: 'Rejoindre {team}',
      opening: '{inviter} vous invite à rejoindre {team} avec le rôle «\u202f{role}\u202f».',
      openingWithoutInviter:
        'Vous avez reçu une invitation à rejoindre {team} avec le rôle «\u202f{role}\u202f».',
      action: 'Accepter l’invitation',
      expiry: 'Cette invitation est valable jusqu’au {date}.',
      ignore: 'Si vous n’attendiez pas cette invitation, vous pouvez ignorer cet e-mail.'
    }
  },
  reassignment: {
    en: {
      subject: '{inviter} invited you to take over an account in {team}',
      subjectWithoutInviter: 'You are invited to take over an account in {team}',
      heading: 'Take over an account in {team}',
      opening:
        '{inviter} invited you to take over an account that exists already in {team}: all that is ' +
        'in it becomes yours, with the role “{role}”.',
      openingWithoutInviter:
        'You are invited to take over an account that exists already in {team}: all that is in it ' +
        'becomes yours, with the role “{role}”.',
      action: 'Take over the account',
      expiry: 'This invitation is valid until {date}.',
      ignore: 'If you did not expect this invitation, you can ignore this email.'
    },
    fr: {
      subject: '{inviter} vous invite à reprendre un compte dans {team}',
      subjectWithoutInviter: 'Invitation à reprendre un compte dans {team}',
      heading: 'Reprendre un compte dans {team}',
      opening:
        '{inviter} vous invite à reprendre un compte qui existe déjà dans {team}\u00a0: tout ce ' +
        'qu’il contient devient le vôtre, avec le rôle «\u202f{role}\u202f».',
      openingWithoutInviter:
        'Vous avez reçu une invitation à reprendre un compte qui existe déjà dans {team}\u00a0: ' +
        'tout ce qu’il contient devient le vôtre, avec le rôle «\u202f{role}\u202f».',
      action: 'Reprendre le compte',
      expiry: 'Cette invitation est valable jusqu’au {date}.',
      ignore: 'Si vous n’attendiez pas cette invitation, vous pouvez ignorer cet e-mail.'
    }
  }
}

interface Shared {
  /** What stands before the address of a link. */
  readonly colon: string
  /** Above the inviter's own words. */
  readonly writes: string
  readonly writesWithoutInviter: string
  /** For a name that has nothing left to show. */
  readonly someTeam: string
}

/** Also of the page that the mail's link opens. */
export const SHARED: Readonly<Record<Locale, Shared>> = {
  en: {
    colon: ':',
    writes: '{inviter} writes:',
    writesWithoutInviter: 'Whoever invites you writes:',
    someTeam: 'a team'
  },
  fr: {
    colon: '\u00a0:',
    writes: '{inviter} vous écrit\u00a0:',
    writesWithoutInviter: 'La personne qui vous invite vous écrit\u00a0:',
    someTeam: 'une équipe'
  }
}
