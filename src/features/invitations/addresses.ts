import { type EmailAddress, parseEmail } from '../../email.js'
import type { Locale, Problem } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import type { ResourcesChoice } from '../resources/resources-choice.js'
import { duplicateAddress, invalidEmail, noAddresses, tooManyAddresses } from './errors.js'
import type { InvitationCreate } from './request-schemas.js'

/** One person to invite, as the request says. */
export interface Invitee {
  readonly email: string
  readonly name?: string
  readonly role?: string
  readonly locale?: Locale
  readonly message?: string
  readonly resources?: ResourcesChoice
  readonly credits?: number
  readonly groups?: readonly string[]
  readonly external_id?: string
  readonly metadata?: Record<string, string>
}

/** Somebody whose address can be used, or why it cannot. */
export type Addressed<T> = { readonly invitee: T } & (
  | { readonly address: EmailAddress; readonly problem?: never }
  | { readonly problem: Problem; readonly address?: never }
)
export type Wanted = Addressed<Invitee>

/**
 * Who is to be invited: a text with the policy's separators, a list of addresses, or objects. An
 * address that cannot be used has its own problem and does not fail the others.
 *
 * @throws Problem no_addresses, too_many_addresses
 */
export function readWanted(input: InvitationCreate, { invitations }: Policy): Wanted[] {
  const invitees = readInvitees(input, invitations.separators)
  if (invitees.length === 0) throw noAddresses()
  const { addresses_max: max } = invitations
  if (invitees.length > max) throw tooManyAddresses({ max })
  return readAddresses(invitees)
}

/** Each by itself: one that is no address, or stands there twice, does not fail the others. */
export function readAddresses<T extends { readonly email: string }>(
  invitees: readonly T[]
): Addressed<T>[] {
  const seen = new Set<string>()
  return invitees.map((invitee) => {
    const address = parseEmail(invitee.email)
    if (!address) return { invitee, problem: invalidEmail() }
    if (seen.has(address.key)) return { invitee, problem: duplicateAddress() }
    seen.add(address.key)
    return { invitee, address }
  })
}

function readInvitees(
  { emails, invitations, role, locale, message, resources, credits, groups }: InvitationCreate,
  separators: readonly string[]
): Invitee[] {
  const shared = {
    ...(role === undefined ? {} : { role }),
    ...(locale === undefined ? {} : { locale }),
    ...(message === undefined ? {} : { message }),
    ...(resources === undefined ? {} : { resources }),
    ...(credits === undefined ? {} : { credits }),
    ...(groups === undefined ? {} : { groups })
  }
  const listed = typeof emails === 'string' ? splitAddresses(emails, separators) : (emails ?? [])
  return [...listed.map((email) => ({ email })), ...(invitations ?? [])].map((invitee) => ({
    ...shared,
    ...invitee
  }))
}

/** What people paste: separators in any number, blanks around. */
function splitAddresses(text: string, separators: readonly string[]): string[] {
  const lines = text.replace(/\r\n?/g, '\n')
  return separators
    .reduce((parts, separator) => parts.flatMap((part) => part.split(separator)), [lines])
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
