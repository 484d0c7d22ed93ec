import { eq } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { type CreditMode, creditSettings } from '../../db/tables/credits.js'
import type { Policy } from '../../policy/document.js'

export type CreditSettingsRow = typeof creditSettings.$inferSelect

/** What an organization has said of its credits; undefined: nothing yet. */
export async function findCreditSettings(
  db: Db,
  organizationId: string
): Promise<CreditSettingsRow | undefined> {
  const [row] = await db
    .select()
    .from(creditSettings)
    .where(eq(creditSettings.organizationId, organizationId))
  return row
}

/** How a team uses its credits: as it chose, while the policy still offers that, else the first. */
export async function creditModeOf(
  db: Db,
  organizationId: string,
  policy: Policy
): Promise<CreditMode> {
  return modeOf(await findCreditSettings(db, organizationId), policy)
}

/** The same of settings that have been read. */
export function modeOf(
  settings: Pick<CreditSettingsRow, 'mode'> | undefined,
  { credits: { modes } }: Policy
): CreditMode {
  const chosen = modes.find((mode) => mode === settings?.mode)
  const [first = 'allocated'] = modes
  return chosen ?? first
}
