import { integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant } from '../columns.js'

/** Versions are never changed, so whoever has read one may keep it. */
export const policies = pgTable(
  'policies',
  {
    key: text().notNull(),
    version: integer().notNull(),
    document: jsonb().$type<unknown>().notNull(),
    createdAt: instant('created_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.key, t.version] })]
)
