import { z } from 'zod'
import { audit } from './audit-shape.js'
import { billing, cancellation, exportRules, plan, seats } from './billing-shape.js'
import { credits } from './credits-shape.js'
import { DAYS, durationDays } from './duration.js'
import { KEY } from './keys.js'
import { MEMBER_FIELDS, memberList } from './members-shape.js'
import { APP_PERMISSION, PERMISSIONS } from './permissions.js'
import { resources } from './resources-shape.js'
import { reviews } from './reviews-shape.js'
import { CUSTOM, EVERY } from './selectors.js'

const ROLES_MAX = 50
const RULES_MAX = 200
const TEXTS_MAX = 200

const permission = z.union([z.enum(PERMISSIONS), z.string().regex(APP_PERMISSION)])
const RoleLabel = z.strictObject({
  en: z.string().min(1).max(100),
  fr: z.string().min(1).max(100)
})
/** `custom` stands for an organization's own roles, so none may be called that. */
const RoleKey = z
  .string()
  .regex(KEY)
  .refine((key) => key !== CUSTOM, 'is reserved')
/** A role, `custom` (every role an organization has made itself) or `*` (every role). */
const selector = z.union([z.literal(CUSTOM), z.literal(EVERY), z.string().regex(KEY)])
const selectors = z.array(selector).min(1).max(ROLES_MAX)

const role = z.strictObject({
  key: RoleKey,
  label: RoleLabel,
  /** Higher may mean more; only compared, never added. */
  rank: z.int().min(0).max(1_000),
  /** How many active holders there must be at least; how many holders at most (null: any number). */
  min: z.int().min(0).max(1_000).default(0),
  max: z.int().min(1).max(1_000_000).nullable().default(null),
  permissions: z.array(permission).max(200)
})

const customRoles = z.strictObject({
  /** `entitled`: an organization may make roles when the host has given it the entitlement. */
  allowed: z.enum(['never', 'entitled', 'always']).default('never'),
  /** What all of them rank. */
  rank: z.int().min(0).max(1_000).default(0),
  max: z.int().min(1).max(200).default(20)
})

/** What is done to a member, and can be ruled by role. */
export const MEMBER_ACTIONS = ['change_role', 'remove', 'suspend', 'reassign'] as const
export type MemberAction = (typeof MEMBER_ACTIONS)[number]

/** What may need a confirmation, or be left to some kinds of client: by its permission. */
const GUARDED = [
  'member.role',
  'member.remove',
  'member.suspend',
  'member.reassign',
  'member.invite',
  'invitation.resend',
  'invitation.cancel',
  'org.transfer',
  'org.delete',
  'subscription.cancel',
  'role.manage'
] as const

export const CHANNELS = ['web', 'desktop', 'mobile'] as const
export type Channel = (typeof CHANNELS)[number]

const over = z.strictObject({ actor: selector, roles: selectors })
const rules = <T extends z.ZodType>(rule: T) => z.array(rule).max(RULES_MAX).default([])

const authority = z.strictObject({
  /** Who may invite as what: holders of `actor` may give any of `roles`. */
  invite: rules(over),
  change_role: rules(z.strictObject({ actor: selector, from: selectors, to: selectors })),
  remove: rules(over),
  suspend: rules(over),
  reassign: rules(over),
  /** Actions whose target must rank lower than the actor, whatever the rules say. */
  lower_rank_only: z.array(z.enum(MEMBER_ACTIONS)).default([]),
  /** Roles that no member touches in any of these ways; ownership moves by a transfer. */
  protected: z.array(selector).default([]),
  /** Roles whose holders may leave by themselves. */
  may_leave: z.array(selector).default([]),
  own_role_change: z.boolean().default(false),
  confirm: z.array(z.enum(GUARDED)).default([]),
  /** The only kinds of client that may do it; what is not named, any may. */
  channels: z.partialRecord(z.enum(GUARDED), z.array(z.enum(CHANNELS)).min(1)).default({})
})

const ownership = z.strictObject({
  /** `swap`: the owner gives the role away; `add_holder`: shares it. */
  transfer: z.enum(['none', 'add_holder', 'swap']).default('none'),
  /** The role that is transferred; left out: the creator's. */
  role: RoleKey.optional(),
  former_becomes: RoleKey.optional()
})

const days = z
  .string()
  .regex(DAYS, { message: 'must be a number of days such as P7D', abort: true })
  .refine((text) => durationDays(text) <= 365, 'must be at most P365D')

const presence = z.enum(['required', 'optional', 'absent'])
const offered = z.array(z.enum(['pending', 'expired']))

/** Addresses of one request, whatever a policy says. */
export const ADDRESSES_MAX = 1_000

const invitations = z.strictObject({
  /** How long a link lives, `P1D` to `P365D`; null: until it is used or canceled. */
  lifetime: days.nullable().default('P7D'),
  /** The person who accepts must be known by the invited address. */
  email_must_match: z.boolean().default(true),
  /** The host must vouch that the address is the person's. */
  email_must_be_verified: z.boolean().default(true),
  /** What may be said of an invited person. What is absent is refused when sent. */
  fields: z
    .strictObject({
      name: presence.default('optional'),
      role: presence.default('optional'),
      message: presence.default('absent'),
      resources: presence.default('absent'),
      credits: presence.default('absent')
    })
    .prefault({}),
  /** What the resources of an invitation may be: a `new` one to be made, or `existing` ones. */
  resource_choices: z.array(z.enum(['new', 'existing'])).default(['existing']),
  /** What stands between addresses in one text; none: one address. */
  separators: z.array(z.enum([',', ';', '\n'])).default([',', ';', '\n']),
  addresses_max: z.int().min(1).max(ADDRESSES_MAX).default(ADDRESSES_MAX),
  resend_from: offered.default(['pending', 'expired']),
  resend_ways: z.array(z.enum(['email', 'link'])).default(['email', 'link']),
  /** Whether the links sent before die when an invitation is sent again. */
  rotate_link_on_resend: z.boolean().default(true),
  cancel_from: offered.default(['pending']),
  /** As an act of its own, or by removing the invited member. */
  cancel_by: z
    .array(z.enum(['cancel', 'removal']))
    .min(1)
    .default(['cancel', 'removal'])
})

const domainClaims = z.strictObject({
  enabled: z.boolean().default(false),
  /** What proves that a domain is the organization's: a code mailed to it, a record in its DNS. */
  proofs: z
    .array(z.enum(['email', 'dns']))
    .min(1)
    .default(['email', 'dns']),
  /** `prompt`: whoever has a verified address on it may join; `request`: may ask to. */
  join: z.enum(['prompt', 'request']).default('prompt'),
  /** The role of whoever joins; left out: `default_role`. */
  role: RoleKey.optional(),
  /** How long the record of a verified domain may be missing before the claim fails. */
  dns_grace: days.default('P7D')
})

const signupPages = z.strictObject({ enabled: z.boolean().default(false) })

const reassignment = z.strictObject({
  enabled: z.boolean().default(false),
  lifetime: days.default('P30D'),
  /** What becomes of the account when nobody accepts in time: stays locked, or as it was. */
  on_timeout: z.enum(['keep_pending', 'restore']).default('keep_pending'),
  /** What hosts are told of what the account shares or is shared. */
  shared_access: z.enum(['kept', 'revoked']).default('kept')
})

/** Whether members can be put into groups anywhere, or where the plan has `groups`. */
const groups = z.strictObject({ allowed: z.enum(['always', 'entitled']).default('always') })

const removal = z.strictObject({
  /** What becomes of the leaver's data. Of several the call chooses; the first is the default. */
  data: z
    .array(z.enum(['keep', 'delete']))
    .min(1)
    .default(['keep']),
  /** The same for what the leaver owns and shares with others. */
  owned_shared: z
    .array(z.enum(['keep', 'delete', 'unassign']))
    .min(1)
    .default(['keep']),
  username: z.enum(['kept', 'dissociated']).default('kept'),
  /** `optional`: the call may name who takes over; `unassign`: nobody does. */
  handover: z.enum(['none', 'optional', 'unassign']).default('none')
})

/** What happened to a member, of which people can be told by mail. */
const ABOUT_MEMBERS = [
  'member.joined',
  'member.role_changed',
  'member.suspended',
  'member.reactivated',
  'member.removed',
  'ownership.transferred',
  'reassignment.declined',
  'reassignment.timed_out'
] as const
/** What befell the team itself: no member is told of it but by role. */
const ABOUT_TEAMS = [
  'domain_claim.verified',
  'domain_claim.failed',
  'join_request.created',
  'signup_page.filled',
  'seats.limit_reached',
  'credits.low',
  'credits.exhausted',
  'credits.quota_short',
  'credit_request.created'
] as const

export const NOTIFIABLE = [...ABOUT_MEMBERS, ...ABOUT_TEAMS] as const
export type Notifiable = (typeof NOTIFIABLE)[number]

export const concernsMember = (event: Notifiable): boolean =>
  ABOUT_MEMBERS.some((one) => one === event)

const notification = z
  .strictObject({
    event: z.enum(NOTIFIABLE),
    /** The active holders of these roles are told. */
    roles: z.array(selector).default([]),
    /** So is the person whom it concerns. */
    member: z.boolean().default(false)
  })
  .refine(({ event, member }) => !member || concernsMember(event), {
    path: ['member'],
    message: 'is for events that concern a member'
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

const text = z.string().min(1).max(1_000)

/** Every field by itself; what they mean together `PolicyDocument` checks. */
export const PolicyShape = z.strictObject({
  key: z.string().regex(KEY),
  /** The language of organizations that name none. */
  locale: z.enum(['en', 'fr']).default('en'),
  roles: z.array(role).min(1).max(ROLES_MAX),
  /** The role of the person with whom an organization begins. */
  creator_role: RoleKey,
  /** The role of an invited person when none is named. */
  default_role: RoleKey,
  custom_roles: customRoles.prefault({}),
  groups: groups.prefault({}),
  authority: authority.prefault({}),
  ownership: ownership.prefault({}),
  /** What the host is told to do with the sessions of a member whose role has changed. */
  role_change_sessions: z.enum(['revoke', 'refresh_hint', 'none']).default('none'),
  suspension: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
  reassignment: reassignment.prefault({}),
  removal: removal.prefault({}),
  /** What of a member can be changed once it exists. */
  member_fields: z
    .array(z.enum(MEMBER_FIELDS))
    .default(['name', 'role', 'resources', 'avatar_url']),
  members: memberList.prefault({}),
  resources: resources.prefault({}),
  access_review: reviews.prefault({}),
  plan: plan.prefault({}),
  seats: seats.prefault({}),
  billing: billing.prefault({}),
  credits: credits.prefault({}),
  cancellation: cancellation.prefault({}),
  exports: exportRules.prefault({}),
  invitations: invitations.prefault({}),
  domain_claims: domainClaims.prefault({}),
  signup_pages: signupPages.prefault({}),
  audit: audit.prefault({}),
  notifications: z.array(notification).max(RULES_MAX).default([]),
  links: links.prefault({}),
  mail: mail.prefault({}),
  /** Own words, by code and language: of problems, pages, mails and labels. */
  texts: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_.]{0,79}$/),
      z.strictObject({ en: text.optional(), fr: text.optional() })
    )
    .refine((texts) => Object.keys(texts).length <= TEXTS_MAX, `has over ${TEXTS_MAX} texts`)
    .default({})
})

/** A document as it is written. */
export type PolicySource = z.infer<typeof PolicyShape>
