import { type EmailAddress, parseEmail } from '../../email.js'
import type { Locale, Problem } from '../../errors.js'
import { duplicateAddress, invalidEmail, noAddresses, tooManyAddresses } from './errors.js'
import { ADDRESSES_MAX, type InvitationCreate } from './schemas.js'

/** One person to invite, as the request says. */
export interface Invitee {
  readonly email: string
  readonly name?: string
  readonly role?: string
  readonly locale?: Locale
  readonly external_id?: string
  readonly metadata?: Record<string, string>
}

/** An invitee whose address can be used, or why it cannot. */
export type Wanted = { readonly invitee: Invitee } & (
  | { readonly address: EmailAddress; readonly problem?: never }
  | { readonly problem: Problem; readonly address?: never }
)

/**
 * Who is to be invited: a text with commas, semicolons or new lines, a list of addresses, or objects.
 * An address that cannot be used has its own problem and does not fail the others.
 *
 * @throws Problem no_addresses, too_many_addresses
 */
export function readWanted(input: InvitationCreate): Wanted[] {
  const invitees = readInvitees(input)
  if (invitees.length === 0) throw noAddresses()
  if (invitees.length > ADDRESSES_MAX) throw tooManyAddresses({ max: ADDRESSES_MAX })
  const seen = new Set<string>()
  return invitees.map((invitee) => {
    const address = parseEmail(invitee.email)
    if (!address) return { invitee, problem: invalidEmail() }
    if (seen.has(address.key)) return { invitee, problem: duplicateAddress() }
    seen.add(address.key)
    return { invitee, address }
  })
}

function readInvitees({ emails, invitations, role, locale }: InvitationCreate): Invitee[] {
  const shared = {
    ...(role === undefined ? {} : { role }),
    ...(locale === undefined ? {} : { locale })
  }
  const listed = typeof emails === 'string' ? splitAddresses(emails) : (emails ?? [])
  return [...listed.map((email) => ({ email })), ...(invitations ?? [])].map((invitee) => ({
    ...shared,
    ...invitee
  }))
}

/** What people paste: separators in any number, blanks around. */
function splitAddresses(text: string): string[] {
  return text
    .split(/[,;\r\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
