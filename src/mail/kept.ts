import { desc, eq } from 'drizzle-orm'
import type { Sealer } from '../crypto/seal.js'
import type { Db } from '../db/client.js'
import { keptMails } from '../db/tables/kept-mails.js'
import { newId } from '../ids.js'
import type { Mail, Mailer } from './mailer.js'

export interface KeptMail extends Mail {
  readonly id: string
  readonly createdAt: Date
}

interface Shelf {
  readonly db: Db
  readonly seal: Sealer
}

/**
 * Keeps mails in the database instead of sending them. They hold working links, so they are
 * encrypted: a dump of the database lets nobody into a team.
 */
export function createKeptMailer(deps: Shelf & { readonly now: () => Date }): Mailer {
  return {
    async send(mail) {
      await deps.db
        .insert(keptMails)
        .values({
          id: newId('mail'),
          messageId: mail.messageId,
          recipient: mail.to.toLowerCase(),
          sealed: deps.seal.seal(JSON.stringify(mail)),
          createdAt: deps.now()
        })
        .onConflictDoNothing({ target: keptMails.messageId }) // A repeated job shows one mail.
    },
    async close() {} // The database is closed by whoever opened it.
  }
}

/** Newest first; `to` in any case. */
export async function listKeptMails(
  { db, seal }: Shelf,
  { to, limit }: { readonly to?: string; readonly limit: number }
): Promise<KeptMail[]> {
  const rows = await db
    .select()
    .from(keptMails)
    .where(to === undefined ? undefined : eq(keptMails.recipient, to.toLowerCase()))
    .orderBy(desc(keptMails.id))
    .limit(limit)
  return rows.map((row) => openKeptMail(seal, row))
}

export async function findKeptMail({ db, seal }: Shelf, id: string): Promise<KeptMail | undefined> {
  const [row] = await db.select().from(keptMails).where(eq(keptMails.id, id))
  return row && openKeptMail(seal, row)
}

function openKeptMail(seal: Sealer, row: typeof keptMails.$inferSelect): KeptMail {
  const mail = JSON.parse(seal.open(row.sealed)) as Mail // Sealed above, and authenticated.
  return { ...mail, id: row.id, createdAt: row.createdAt }
}
