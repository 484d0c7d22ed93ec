import { sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { resendAllowances } from '../../db/tables/invitations.js'
import { resentTooOften } from './errors.js'

/** Mails that one address may be sent again by one organization, and in which time. */
const RESENDS_MAX = 5
const RESEND_WINDOW_MS = 3_600_000
/** So many of them at strangers' word: the others are left to the team. */
const ASKED_BY_STRANGERS_MAX = 3

/** To whom. */
interface Addressee {
  readonly organizationId: string
  readonly emailKey: string
}

/**
 * One window per address: cancel and invite again does not start a new one.
 *
 * @throws Problem resent_too_often
 */
export async function spendAllowance(tx: Tx, ctx: CallContext, to: Addressee): Promise<void> {
  const allowance = await spend(tx, ctx, to)
  if (allowance && allowance.sent > RESENDS_MAX) {
    const endsAt = allowance.windowStartedAt.getTime() + RESEND_WINDOW_MS
    const retryAfter = Math.ceil((endsAt - ctx.now.getTime()) / 1000)
    throw resentTooOften({ max: RESENDS_MAX, retry_after: retryAfter })
  }
}

/**
 * The same for mails that anybody can ask for: whether there was one left. Whoever asks is not told,
 * and takes none from the team by asking on.
 */
export async function trySpendAllowance(tx: Tx, ctx: CallContext, to: Addressee): Promise<boolean> {
  return (await spend(tx, ctx, to, ASKED_BY_STRANGERS_MAX)) !== undefined
}

/** Undefined: `below` so many there is none left, and nothing was spent. */
async function spend(
  tx: Tx,
  { now }: CallContext,
  { organizationId, emailKey }: Addressee,
  below?: number
) {
  const { windowStartedAt, sent } = resendAllowances
  const windowStart = new Date(now.getTime() - RESEND_WINDOW_MS).toISOString()
  const over = sql`${windowStartedAt} <= ${windowStart}`
  const [allowance] = await tx
    .insert(resendAllowances)
    .values({ organizationId, emailKey, windowStartedAt: now, sent: 1 })
    .onConflictDoUpdate({
      target: [resendAllowances.organizationId, resendAllowances.emailKey],
      set: {
        sent: sql`case when ${over} then 1 else ${sent} + 1 end`,
        windowStartedAt: sql`case when ${over} then excluded.window_started_at
          else ${windowStartedAt} end`
      },
      ...(below === undefined ? {} : { setWhere: sql`${over} or ${sent} < ${below}` })
    })
    .returning()
  return allowance
}
