import { BILLING_EVENTS } from './billing.js'
import { CREDIT_EVENTS } from './credits.js'
import { API_KEY_EVENTS, POLICY_EVENTS } from './deployment.js'
import { DOOR_EVENTS } from './doors.js'
import type { EventEntry } from './entry.js'
import { INVITATION_EVENTS, REASSIGNMENT_EVENTS } from './invitations.js'
import { MAIL_EVENTS } from './mail.js'
import { MEMBER_EVENTS, MEMBER_TOKEN_EVENTS } from './members.js'
import { ORGANIZATION_EVENTS } from './organizations.js'
import { RESOURCE_EVENTS } from './resources.js'
import { GROUP_EVENTS, ROLE_EVENTS } from './roles-and-groups.js'
import { WEBHOOK_ENDPOINT_EVENTS } from './webhooks.js'

/** Types that are read together. */
export interface EventArea {
  readonly title: string
  readonly events: Readonly<Record<string, EventEntry>>
  /** They belong to no organization, so their `organization_id` is null. */
  readonly isOfDeployment?: true
  /** Markdown: what holds for all of them. */
  readonly note?: string
}

/** Everything that Muster tells of. The closed list: what is not here cannot be appended. */
export const CATALOGUE = {
  ...ORGANIZATION_EVENTS,
  ...MEMBER_EVENTS,
  ...MEMBER_TOKEN_EVENTS,
  ...INVITATION_EVENTS,
  ...REASSIGNMENT_EVENTS,
  ...DOOR_EVENTS,
  ...ROLE_EVENTS,
  ...GROUP_EVENTS,
  ...RESOURCE_EVENTS,
  ...BILLING_EVENTS,
  ...CREDIT_EVENTS,
  ...MAIL_EVENTS,
  ...API_KEY_EVENTS,
  ...POLICY_EVENTS,
  ...WEBHOOK_ENDPOINT_EVENTS
}

/** The same as people read it. */
export const AREAS: readonly EventArea[] = [
  { title: 'Organizations', events: ORGANIZATION_EVENTS },
  {
    title: 'Members',
    events: MEMBER_EVENTS,
    note:
      'Somebody who is a member of several organizations is told of in each of them by itself: there ' +
      'is no event of a person as such.'
  },
  { title: 'Members’ tokens', events: MEMBER_TOKEN_EVENTS },
  { title: 'Invitations', events: INVITATION_EVENTS },
  { title: 'Reassignments', events: REASSIGNMENT_EVENTS },
  { title: 'Domains, requests to join, signup pages', events: DOOR_EVENTS },
  { title: 'Roles', events: ROLE_EVENTS },
  { title: 'Groups', events: GROUP_EVENTS },
  { title: 'Resources', events: RESOURCE_EVENTS },
  { title: 'Billing and seats', events: BILLING_EVENTS },
  {
    title: 'Credits',
    events: CREDIT_EVENTS,
    note:
      'Spends and holds are in the ledger (`GET {o}/credits/transfers`), not among the events; ' +
      '`credits.low` and `credits.exhausted` tell what they have made of a balance. Of credits that ' +
      'were given to many at once, or by a quota, one event tells.'
  },
  { title: 'Mail', events: MAIL_EVENTS },
  { title: 'API keys', events: API_KEY_EVENTS, isOfDeployment: true },
  { title: 'Policies', events: POLICY_EVENTS, isOfDeployment: true },
  { title: 'Webhook endpoints', events: WEBHOOK_ENDPOINT_EVENTS, isOfDeployment: true }
]
