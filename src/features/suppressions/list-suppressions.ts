import { eq } from 'drizzle-orm'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type MailSuppressionRow, mailSuppressions } from '../../db/tables/mail-suppressions.js'
import type { Deps } from '../../deps.js'
import { parseEmail } from '../../email.js'

interface Filter {
  readonly email: string | undefined
}

/** Addresses to which nothing is sent, for any team or for one; newest first. */
export async function listSuppressions(
  deps: Deps,
  { email }: Filter,
  page: PageRequest
): Promise<PageResult<MailSuppressionRow>> {
  const where =
    email === undefined ? undefined : eq(mailSuppressions.emailKey, parseEmail(email)?.key ?? email)
  return selectPage(deps.db, mailSuppressions, { where, newestFirst: true }, page)
}
