import type { Locale } from '../../errors.js'
import { formatInstant } from '../../texts.js'
import { type OfferKind, SHARED, TEXTS } from './invitation-texts.js'
import { layoutHtml, layoutText, type RenderedMail } from './layout.js'
import { cleanName, quoteLines } from './names.js'
import { chooseText, toHtml, toLine, toText, type Values } from './words.js'

type Text = 'subject' | 'heading' | 'opening' | 'call' | 'action' | 'expiry' | 'ignore'

/**
 * What a product may say in its own words, with `{team} {inviter} {role} {date} {days}`. Its `call`
 * stands above the link, and is ours to leave out; `action` is what the link itself is called.
 */
type OwnWords = Readonly<Partial<Record<Text, string>>>

export interface InvitationMail {
  readonly locale: Locale
  readonly kind: OfferKind
  readonly teamName: string
  readonly inviterName: string | null
  readonly roleLabel: string
  /** The inviter's own words; null: none. */
  readonly message: string | null
  readonly url: string
  readonly expiresAt: Date | null
  readonly lifetimeDays: number | null
  /** An IANA name such as `Europe/Paris`. */
  readonly timeZone: string
  readonly words: OwnWords
}

/**
 * The mail that carries an invitation's link: once in each part, as nothing else should be clicked.
 * What the inviter writes is theirs and looks like it: quoted, and without links (SM-29).
 *
 * @throws RangeError on an unknown time zone
 */
export function renderInvitation(input: InvitationMail): RenderedMail {
  const shared = SHARED[input.locale]
  const values = valuesOf(input)
  const texts = chooseTexts(input, values)
  const notes = input.expiresAt ? [texts.expiry, texts.ignore] : [texts.ignore]
  const lines = quoteLines(input.message ?? '')
  const subject = toLine(texts.subject, values)

  return {
    subject,
    text: layoutText({
      // Own words may leave to the heading which team it is.
      ...(texts.opening.includes('{team}') ? {} : { heading: toText(texts.heading, values) }),
      opening: toText(texts.opening, values),
      quote: { intro: toText(texts.writes, values), lines },
      action: {
        label: withColon(toText(texts.call || texts.action, values), shared.colon),
        url: input.url
      },
      notes: notes.map((note) => toText(note, values))
    }),
    html: layoutHtml({
      locale: input.locale,
      subject,
      heading: toHtml(texts.heading, values),
      opening: toHtml(texts.opening, values),
      quote: { intro: toHtml(texts.writes, values), lines },
      ...(texts.call === '' ? {} : { call: toHtml(texts.call, values) }),
      action: { label: toHtml(texts.action, values), url: input.url },
      notes: notes.map((note) => toHtml(note, values))
    })
  }
}

function valuesOf(input: InvitationMail): Values {
  const { expiresAt, lifetimeDays } = input
  return {
    names: {
      inviter: cleanName(input.inviterName ?? ''),
      team: cleanName(input.teamName) || SHARED[input.locale].someTeam,
      role: cleanName(input.roleLabel)
    },
    facts: {
      date: expiresAt === null ? '' : formatInstant(expiresAt, input),
      days: expiresAt === null || lifetimeDays === null ? '' : String(lifetimeDays)
    }
  }
}

function chooseTexts({ locale, kind, words }: InvitationMail, values: Values) {
  const ours = TEXTS[kind][locale]
  const shared = SHARED[locale]
  const hasInviter = values.names['inviter'] !== ''
  const choose = (own: string | undefined, text: string) => chooseText(own, text, values)
  return {
    subject: choose(words.subject, hasInviter ? ours.subject : ours.subjectWithoutInviter),
    heading: choose(words.heading, ours.heading),
    opening: choose(words.opening, hasInviter ? ours.opening : ours.openingWithoutInviter),
    call: choose(words.call, ''),
    action: choose(words.action, ours.action),
    expiry: choose(words.expiry, ours.expiry),
    ignore: choose(words.ignore, ours.ignore),
    writes: hasInviter ? shared.writes : shared.writesWithoutInviter
  }
}

/** Above an address; own words may end in a colon already. */
const withColon = (label: string, colon: string) =>
  /[\p{L}\p{N}\p{Pe}\p{Pf}\u2069]$/u.test(label) ? label + colon : label
