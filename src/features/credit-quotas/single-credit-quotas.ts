import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { readQuotaState } from './quota-state.js'
import { CreditQuotasSchema, toCreditQuotas } from './schemas.js'

export const creditQuotasSingle = defineSingle({
  schema: ref(CreditQuotasSchema),
  tell: async ({ db, ctx }: Look<OrgContext>) => toCreditQuotas(await readQuotaState({ db }, ctx))
})
