import { z } from 'zod'
import { KEY } from './keys.js'
import { APP_PERMISSION } from './permissions.js'

const KINDS_MAX = 20
const MODES_MAX = 20
const PERMISSIONS_MAX = 200
/** What one member can be given at once, whatever a policy says. */
const GRANTS_MAX = 100

const label = z.strictObject({ en: z.string().min(1).max(100), fr: z.string().min(1).max(100) })

const mode = z.strictObject({
  key: z.string().regex(KEY),
  label: label.optional(),
  /** Whoever has it has the resource alone. */
  exclusive: z.boolean().default(false),
  /** Whether it counts against `billing.resources_included`. */
  charged: z.boolean().default(true),
  /** What the holder may do with the resource, of what their role may; null: all of that. */
  permissions: z
    .array(z.string().regex(APP_PERMISSION))
    .max(PERMISSIONS_MAX)
    .nullable()
    .default(null)
})

const kind = z.strictObject({
  key: z.string().regex(KEY),
  label,
  /** The ways in which somebody can have it; the first is meant when none is named. */
  modes: z
    .array(mode)
    .min(1)
    .max(MODES_MAX)
    .prefault([{ key: 'member' }])
    .refine((modes) => hasNoDoubles(modes), 'has the same mode twice'),
  /** The mode of a new one that an invitation asks for; left out: the first. */
  new_mode: z.string().regex(KEY).optional(),
  /** Whether members can own one, and rule it though they rule nothing else. */
  owners: z.boolean().default(true)
})

const hasNoDoubles = (named: readonly { readonly key: string }[]) =>
  new Set(named.map(({ key }) => key)).size === named.length

/** What of the host's members can be given access to; no kind: nothing. */
export const resources = z.strictObject({
  kinds: z
    .array(kind)
    .max(KINDS_MAX)
    .prefault([{ key: 'resource', label: { en: 'Resource', fr: 'Ressource' } }])
    .refine((kinds) => hasNoDoubles(kinds), 'has the same kind twice'),
  /** How many one invitation can give; null: as many as one call can. */
  invitation_max: z.int().min(1).max(GRANTS_MAX).nullable().default(null),
  /** How many one member can have; null: any number. */
  held_max: z.int().min(1).max(100_000).nullable().default(null)
})

export type ResourceKind = z.infer<typeof kind>
export type ResourceMode = z.infer<typeof mode>
