import type { Locale } from '../../errors.js'
import { ALREADY_MEMBER_TEXTS } from './already-member-texts.js'
import { SHARED } from './invitation-texts.js'
import type { RenderedMail } from './layout.js'
import { cleanName } from './names.js'
import { renderPlain } from './plain.js'

export interface AlreadyMemberMail {
  readonly locale: Locale
  readonly teamName: string
}

/** To whoever asks on a signup page for what they have. */
export function renderAlreadyMember({ locale, teamName }: AlreadyMemberMail): RenderedMail {
  const values = { names: { team: cleanName(teamName) || SHARED[locale].someTeam } }
  const { subject, opening, help, ignore } = ALREADY_MEMBER_TEXTS[locale]
  return renderPlain({ locale, subject, opening, notes: [help, ignore] }, values)
}
