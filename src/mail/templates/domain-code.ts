import type { Locale } from '../../errors.js'
import { formatInstant } from '../../texts.js'
import { DOMAIN_CODE_TEXTS } from './domain-code-texts.js'
import { SHARED } from './invitation-texts.js'
import { layoutHtml, layoutText, type RenderedMail } from './layout.js'
import { cleanName } from './names.js'
import { toHtml, toLine, toText, type Values } from './words.js'

export interface DomainCodeMail {
  readonly locale: Locale
  readonly teamName: string
  /** Null: nobody in particular, or nobody who has a name. */
  readonly claimantName: string | null
  /** In its ASCII form, so that no letter of another script passes for one of it. */
  readonly domain: string
  readonly code: string
  readonly url: string
  readonly expiresAt: Date
  /** An IANA name such as `Europe/Paris`. */
  readonly timeZone: string
}

/**
 * The mail that proves that whoever claims a domain has an address on it. Whoever did not ask is
 * told what the code is worth, since it may be asked of them.
 *
 * @throws RangeError on an unknown time zone
 */
export function renderDomainCode(input: DomainCodeMail): RenderedMail {
  const { locale, url } = input
  const ours = DOMAIN_CODE_TEXTS[locale]
  const values = valuesOf(input)
  const opening = values.names['claimant'] === '' ? ours.openingWithoutClaimant : ours.opening
  const notes = [ours.expiry, ours.ignore]
  const subject = toLine(ours.subject, values)
  return {
    subject,
    text: layoutText({
      heading: toText(ours.heading, values),
      opening: toText(opening, values),
      action: { label: ours.action + SHARED[locale].colon, url },
      notes: notes.map((note) => toText(note, values))
    }),
    html: layoutHtml({
      locale,
      subject,
      heading: toHtml(ours.heading, values),
      opening: toHtml(opening, values),
      action: { label: toHtml(ours.action, values), url },
      notes: notes.map((note) => toHtml(note, values))
    })
  }
}

const valuesOf = (input: DomainCodeMail): Values => ({
  names: {
    claimant: cleanName(input.claimantName ?? ''),
    team: cleanName(input.teamName) || SHARED[input.locale].someTeam,
    domain: cleanName(input.domain)
  },
  facts: { code: input.code, date: formatInstant(input.expiresAt, input) }
})
