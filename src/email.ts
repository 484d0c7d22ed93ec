import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'

const LENGTH_MAX = 254
const LOCAL_LENGTH_MAX = 64
/** As long as DNS takes. */
const DOMAIN_LENGTH_MAX = 253
/** Dot-atoms of RFC 5322, with the letters of RFC 6531. No quoting, no comments, no routes. */
const LOCAL = /^[^\s@<>()[\]",;:\\.\p{C}]+(?:\.[^\s@<>()[\]",;:\\.\p{C}]+)*$/u
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/

/** A sender: an address, or a name and `<address>`, without what could end a header's line. */
export const MAILBOX_PATTERN =
  '^(?:[^<>@\\u0000-\\u001f]*<[^<>@\\s]+@[^<>@\\s]+>|[^<>@\\s]+@[^<>@\\s]+)$'

export interface EmailAddress {
  /** As it was written. */
  readonly email: string
  /** What addresses are compared by: lower case, the domain in its ASCII form. */
  readonly key: string
}

/** Undefined for what no mail could be sent to. */
export function parseEmail(text: string): EmailAddress | undefined {
  const email = text.trim().normalize('NFC')
  const at = email.lastIndexOf('@')
  if (at < 1 || email.length > LENGTH_MAX) return undefined
  const local = email.slice(0, at)
  const domain = asciiDomain(email.slice(at + 1))
  if (local.length > LOCAL_LENGTH_MAX || !LOCAL.test(local) || !domain) return undefined
  return { email, key: `${local.toLowerCase()}@${domain}` }
}

/** The domain of an address's key, in its ASCII form. */
export function domainOf(emailKey: string): string {
  return emailKey.slice(emailKey.lastIndexOf('@') + 1)
}

/** A domain as it is compared: ASCII, in lower case, without the root's dot; undefined: none. */
export function parseDomain(text: string): string | undefined {
  const domain = asciiDomain(text.trim().replace(/\.$/, ''))
  return domain === undefined || isIP(domain) !== 0 ? undefined : domain
}

/**
 * What stands around a host in an address would be dropped silently, and what is escaped undone: one
 * domain would be compared, and another written to.
 */
function asciiDomain(written: string): string | undefined {
  if (written.length > DOMAIN_LENGTH_MAX || /[/\\?#%@:[\]\s]/.test(written)) return undefined
  const domain = domainToASCII(written).toLowerCase()
  return domain.length <= DOMAIN_LENGTH_MAX && DOMAIN.test(domain) ? domain : undefined
}

/** `ana@acme.test` → `a•••@acme.test`: recognisable to whom it belongs, useless to others. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@')
  const [first = ''] = email
  return `${first}•••${email.slice(at)}`
}
