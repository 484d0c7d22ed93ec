import { and, eq } from 'drizzle-orm'
import { creditAccounts, creditLots, POOL_HOLDER } from '../../src/db/tables/credits.js'
import { type Account, POOL } from './credits-model.js'
import type { CreditGame } from './credits-play.js'

const holderOf = (id: string) => (id === POOL_HOLDER ? POOL : id)

const line = (holder: string, { held, spent, used, requests }: Omit<Account, 'purse'>) =>
  `${holder}: held ${held}, spent ${spent}, used ${used} by ${requests}`

/** In what the accounts, and the credits that expire, are not what the model says. */
export async function compareCredits({ app, org, model }: CreditGame): Promise<string[]> {
  const { db } = app.deps
  const accounts = await db
    .select()
    .from(creditAccounts)
    .where(eq(creditAccounts.organizationId, org.id))
  const lots = await db
    .select()
    .from(creditLots)
    .where(and(eq(creditLots.organizationId, org.id)))
  const told = [
    `${accounts.reduce((sum, { issued }) => sum + issued, 0)} issued`,
    ...accounts.map((row) => `${line(holderOf(row.holderId), row)}, has ${row.balance}`),
    ...lots
      .filter(({ priority, expiresAt }) => priority !== 50 || expiresAt !== null)
      .map((lot) => `${holderOf(lot.holderId)} has ${lot.remaining} of ${lot.topUpId}`)
  ]
  const holders = accounts.map(({ holderId }) => holderOf(holderId))
  const expected = [
    `${model.issued()} issued`,
    ...holders.flatMap((holder) => [
      `${line(holder, model.account(holder))}, has ${model.balanceOf(holder)}`,
      ...model.lotsOf(holder).map(({ id, amount }) => `${holder} has ${amount} of ${id}`)
    ])
  ]
  return [
    ...told.filter((one) => !expected.includes(one)).map((one) => `${one}: not so`),
    ...expected.filter((one) => !told.includes(one)).map((one) => `should be: ${one}`)
  ]
}
