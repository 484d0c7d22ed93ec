import { and, inArray, ne } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { mailSuppressions } from '../../db/tables/mail-suppressions.js'
import { parseEmail } from '../../email.js'
import { DEPLOYMENT_ID } from '../../ids.js'
import type { Mail } from '../../mail/mailer.js'
import { UNSUBSCRIBE } from './unsubscribe-link.js'

/** What somebody unsubscribes from: what the host and the team let people know. */
interface Sending {
  /** Also of an organization's mails that one can do without. Left out: those are not asked about. */
  readonly unsubscribed?: boolean
}

/**
 * Which of these addresses get nothing: a bounce or a complaint counts everywhere. Whoever has
 * unsubscribed still gets what they have asked for or what concerns themselves (invitations, codes,
 * their own access): `unsubscribed` is asked for by what tells of others.
 */
export async function isSuppressed(
  db: Db,
  organizationId: string,
  emailKeys: readonly string[],
  { unsubscribed = false }: Sending = {}
): Promise<Set<string>> {
  if (emailKeys.length === 0) return new Set()
  const { emailKey, organizationId: owner, reason } = mailSuppressions
  const rows = await db
    .select({ emailKey })
    .from(mailSuppressions)
    .where(
      and(
        inArray(owner, [DEPLOYMENT_ID, organizationId]),
        inArray(emailKey, [...emailKeys]),
        unsubscribed ? undefined : ne(reason, 'unsubscribed')
      )
    )
  return new Set(rows.map((row) => row.emailKey))
}

/** The same of one mail: what can be unsubscribed from says so in its headers. */
export async function isSilenced(
  { db }: { readonly db: Db },
  organizationId: string,
  { to, headers = {} }: Pick<Mail, 'to' | 'headers'>
): Promise<boolean> {
  const key = parseEmail(to)?.key
  if (key === undefined) return false
  const unsubscribed = UNSUBSCRIBE in headers
  return (await isSuppressed(db, organizationId, [key], { unsubscribed })).size > 0
}
