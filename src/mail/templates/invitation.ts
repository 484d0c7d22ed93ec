import { fill, type Locale } from '../../errors.js'
import { html } from '../../html.js'
import { fillHtml, formatInstant } from '../../texts.js'
import { layoutHtml, layoutText } from './layout.js'
import { cleanName, isolateName, unlinkName } from './names.js'

export interface InvitationMail {
  readonly locale: Locale
  readonly teamName: string
  readonly inviterName: string | null
  readonly roleLabel: string
  readonly url: string
  readonly expiresAt: Date | null
  /** An IANA name such as `Europe/Paris`. */
  readonly timeZone: string
}

interface RenderedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

interface Texts {
  readonly subject: string
  readonly subjectWithoutInviter: string
  readonly heading: string
  readonly opening: string
  readonly openingWithoutInviter: string
  readonly action: string
  /** The same as a line of its own above the address. */
  readonly actionLine: string
  readonly expiry: string
  readonly ignore: string
  /** For a name that has nothing left to show. */
  readonly someTeam: string
}

const TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    subject: '{inviter} invited you to join {team}',
    subjectWithoutInviter: 'You are invited to join {team}',
    heading: 'Join {team}',
    opening: '{inviter} invited you to join {team} with the role “{role}”.',
    openingWithoutInviter: 'You are invited to join {team} with the role “{role}”.',
    action: 'Accept the invitation',
    actionLine: 'Accept the invitation:',
    expiry: 'This invitation is valid until {date}.',
    ignore: 'If you did not expect this invitation, you can ignore this email.',
    someTeam: 'a team'
  },
  fr: {
    subject: '{inviter} vous invite à rejoindre {team}',
    subjectWithoutInviter: 'Invitation à rejoindre {team}',
    heading: 'Rejoindre {team}',
    opening: '{inviter} vous invite à rejoindre {team} avec le rôle «\u202f{role}\u202f».',
    openingWithoutInviter:
      'Vous avez reçu une invitation à rejoindre {team} avec le rôle «\u202f{role}\u202f».',
    action: 'Accepter l’invitation',
    actionLine: 'Accepter l’invitation\u00a0:',
    expiry: 'Cette invitation est valable jusqu’au {date}.',
    ignore: 'Si vous n’attendiez pas cette invitation, vous pouvez ignorer cet e-mail.',
    someTeam: 'une équipe'
  }
}

/**
 * The mail that carries an invitation's link: once in each part, as nothing else should be clicked.
 *
 * @throws RangeError on an unknown time zone
 */
export function renderInvitation(input: InvitationMail): RenderedMail {
  const texts = TEXTS[input.locale]
  const inviter = cleanName(input.inviterName ?? '')
  const names = {
    inviter,
    team: cleanName(input.teamName) || texts.someTeam,
    role: cleanName(input.roleLabel)
  }
  const isolated = mapNames(names, isolateName)
  const unlinked = mapNames(names, unlinkName)

  const subject = fill(inviter ? texts.subject : texts.subjectWithoutInviter, isolated)
  const opening = inviter ? texts.opening : texts.openingWithoutInviter
  const expiry =
    input.expiresAt && fill(texts.expiry, { date: formatInstant(input.expiresAt, input) })
  const notes = expiry ? [expiry, texts.ignore] : [texts.ignore]

  return {
    subject,
    text: layoutText({
      opening: fill(opening, mapNames(unlinked, isolateName)),
      action: { label: texts.actionLine, url: input.url },
      notes
    }),
    html: layoutHtml({
      locale: input.locale,
      subject,
      heading: fillHtml(texts.heading, unlinked),
      opening: fillHtml(opening, unlinked),
      action: { label: texts.action, url: input.url },
      notes: notes.map((note) => html`${note}`)
    })
  }
}

type Names = Readonly<Record<string, string>>

function mapNames(names: Names, change: (name: string) => string): Names {
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, change(name)]))
}
