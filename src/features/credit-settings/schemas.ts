import { type Static, Type } from '@sinclair/typebox'
import { CREDIT_MODES } from '../../db/tables/credits.js'
import type { Policy } from '../../policy/document.js'
import { Id, Instant, Nullable, oneOf } from '../../schemas.js'
import { type CreditSettingsRow, modeOf } from './queries.js'

const CreditModeSchema = oneOf(CREDIT_MODES, {
  description:
    '`allocated`: members spend what they were given; `monthly_quota`: which is filled up each ' +
    'month; `on_demand`: which they ask for; `shared_pool`: everybody spends from the pool, first ' +
    'come first served.'
})

export const CreditSettingsPut = Type.Object(
  { mode: CreditModeSchema },
  { additionalProperties: false, examples: [{ mode: 'shared_pool' }] }
)

export const CreditSettingsSchema = Type.Object(
  {
    organization_id: Id('org'),
    mode: CreditModeSchema,
    modes: Type.Array(CreditModeSchema, { description: 'What the policy offers.' }),
    updated_at: Nullable(Instant({ description: 'Null: it has never chosen.' }))
  },
  {
    $id: 'CreditSettings',
    examples: [
      {
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        mode: 'shared_pool',
        modes: ['allocated', 'shared_pool', 'monthly_quota', 'on_demand'],
        updated_at: '2026-11-22T09:30:00.000Z'
      }
    ]
  }
)

interface Telling {
  readonly organizationId: string
  readonly policy: Policy
  readonly settings: CreditSettingsRow | undefined
}

/** The only crossing from row to wire. */
export const toCreditSettings = ({
  organizationId,
  policy,
  settings
}: Telling): Static<typeof CreditSettingsSchema> => ({
  organization_id: organizationId,
  mode: modeOf(settings, policy),
  modes: [...policy.credits.modes],
  updated_at: settings?.mode ? settings.updatedAt.toISOString() : null
})
