import { pgTable, text } from 'drizzle-orm/pg-core'
import { bytea, instant, typeId } from '../columns.js'

export const keptMails = pgTable('kept_mails', {
  id: typeId('mail').primaryKey(),
  messageId: text('message_id').notNull(),
  recipient: text().notNull(),
  sealed: bytea().notNull(),
  createdAt: instant('created_at').notNull()
})
