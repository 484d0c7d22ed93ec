import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { creditsOf } from '../credits/rules.js'
import { findCreditSettings } from './queries.js'
import { CreditSettingsSchema, toCreditSettings } from './schemas.js'

export const creditSettingsSingle = defineSingle({
  schema: ref(CreditSettingsSchema),
  async tell({ db, ctx }: Look<OrgContext>) {
    const { organizationId, policy } = ctx
    creditsOf(policy.policy)
    const settings = await findCreditSettings(db, organizationId)
    return toCreditSettings({ organizationId, policy: policy.policy, settings })
  }
})
