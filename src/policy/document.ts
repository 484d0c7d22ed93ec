import { z } from 'zod'

/**
 * Muster's own permissions: what a role may do in the team's management. `app:*` permissions are
 * the host's and mean nothing here.
 */
export const PERMISSIONS = [
  'team.view',
  'team.summary',
  'member.invite',
  'invitation.resend',
  'invitation.cancel',
  'org.rename',
  'org.settings',
  'audit.view'
] as const
export type Permission = (typeof PERMISSIONS)[number]

const KEY = /^[a-z][a-z0-9_]{0,47}$/
const ROLES_MAX = 50

const permission = z.union([z.enum(PERMISSIONS), z.string().regex(/^app:[a-z0-9_.:-]{1,100}$/)])
const label = z.strictObject({ en: z.string().min(1).max(100), fr: z.string().min(1).max(100) })
const roleKey = z.string().regex(KEY)

const role = z.strictObject({
  key: roleKey,
  label,
  /** Higher may mean more; only compared, never added. */
  rank: z.int().min(0).max(1_000),
  /** How many active holders there must be at least, and may be at most (null: any number). */
  min: z.int().min(0).default(0),
  max: z.int().min(1).nullable().default(null),
  permissions: z.array(permission).max(200)
})

const authority = z.strictObject({
  /** Who may invite whom: holders of `actor` may give any of `roles`. */
  invite: z.array(z.strictObject({ actor: roleKey, roles: z.array(roleKey) })).default([])
})

const COUNTABLE = ['invited', 'active', 'suspended', 'reassignment_pending'] as const

const seats = z.strictObject({
  mode: z.enum(['hard_cap', 'none']).default('none'),
  /** The size of a team that says nothing itself. */
  limit: z.int().min(0).nullable().default(null),
  /** Which members use a seat. An offer that has run out never does. */
  counted: z.array(z.enum(COUNTABLE)).default([...COUNTABLE])
})

const DAYS = /^P([1-9]\d{0,2})D$/

const invitations = z.strictObject({
  /** How long a link lives, `P1D` to `P365D`; null: until it is used or canceled. */
  lifetime: z
    .string()
    .regex(DAYS, { message: 'must be a number of days such as P7D', abort: true })
    .refine((text) => durationDays(text) <= 365, 'must be at most P365D')
    .nullable()
    .default('P7D'),
  /** The person who accepts must be known by the invited address. */
  email_must_match: z.boolean().default(true),
  /** The host must vouch that the address is the person's. */
  email_must_be_verified: z.boolean().default(true),
  /** Whether the links sent before die when an invitation is sent again. */
  rotate_link_on_resend: z.boolean().default(true),
  resend_from: z.array(z.enum(['pending', 'expired'])).default(['pending', 'expired']),
  cancel_from: z.array(z.enum(['pending', 'expired'])).default(['pending'])
})

const links = z.strictObject({
  /** Where the links of mails lead; a path is added to it. */
  base_url: z.url().optional(),
  /** Where the person goes on after accepting; the token is added to it. */
  accept_url: z.url().optional()
})

const mail = z.strictObject({
  from: z.string().max(320).optional(),
  reply_to: z.string().max(320).optional()
})

export const PolicyDocument = z
  .strictObject({
    key: z.string().regex(KEY),
    roles: z.array(role).min(1).max(ROLES_MAX),
    /** The role of the person with whom an organization begins. */
    creator_role: roleKey,
    /** The role of an invited person when none is named. */
    default_role: roleKey,
    authority: authority.prefault({}),
    seats: seats.prefault({}),
    invitations: invitations.prefault({}),
    links: links.prefault({}),
    mail: mail.prefault({})
  })
  .superRefine((policy, context) => {
    const keys = policy.roles.map((role) => role.key)
    const named = [
      { path: ['creator_role'], role: policy.creator_role },
      { path: ['default_role'], role: policy.default_role },
      ...policy.authority.invite.flatMap(({ actor, roles }, index) =>
        [actor, ...roles].map((role) => ({ path: ['authority', 'invite', index], role }))
      )
    ]
    for (const { path } of named.filter(({ role }) => !keys.includes(role))) {
      context.addIssue({ code: 'custom', path, message: 'names a role that is not in roles' })
    }
    if (new Set(keys).size !== keys.length) {
      context.addIssue({ code: 'custom', path: ['roles'], message: 'has the same key twice' })
    }
  })

/** Every difference between products, as data. Versioned; chosen per organization. */
export type Policy = z.infer<typeof PolicyDocument>
export type PolicyRole = Policy['roles'][number]

/** `P7D` → 7. */
export function durationDays(duration: string): number {
  return Number(DAYS.exec(duration)?.[1])
}

export function findRole(policy: Policy, key: string): PolicyRole | undefined {
  return policy.roles.find((role) => role.key === key)
}
