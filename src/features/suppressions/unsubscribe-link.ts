import { createHash } from 'node:crypto'
import { createLinkToken, readLinkToken } from '../../crypto/link-token.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'

/** The header of mails that one can do without. */
export const UNSUBSCRIBE = 'List-Unsubscribe'

type Subscriber = Pick<MemberRow, 'organizationId' | 'id' | 'emailKey'>

/** Whose link it is, and a mark of the address to which it went. */
export interface UnsubscribeClaims {
  readonly organizationId: string
  readonly memberId: string
  readonly mark: number
}

/**
 * What lets a mail program unsubscribe by one click (RFC 8058). The link is bound to the address as
 * well: a seat may be another person's by the time it is used.
 */
export function unsubscribeHeaders(
  { linkSecrets }: Deps,
  { organizationId, id, emailKey }: Subscriber,
  baseUrl: string
): Readonly<Record<string, string>> {
  const claims = {
    organizationId,
    subjectId: id,
    generation: markOf(emailKey),
    secretId: linkSecrets.current.id
  }
  const token = createLinkToken('mem', claims, linkSecrets)
  return {
    [UNSUBSCRIBE]: `<${baseUrl}/unsubscribe/${token}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click'
  }
}

export function readUnsubscribeToken(
  { linkSecrets }: Deps,
  token: string
): UnsubscribeClaims | undefined {
  const claims = readLinkToken('mem', token, linkSecrets)
  if (!claims) return undefined
  const { organizationId, subjectId: memberId, generation: mark } = claims
  return { organizationId, memberId, mark }
}

/** 32 bits that tell the addresses of one member apart. */
export const markOf = (emailKey: string): number =>
  createHash('sha256').update(emailKey).digest().readUInt32BE(0)
