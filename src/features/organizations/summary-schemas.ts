import { Type } from '@sinclair/typebox'
import { Id, Nullable, oneOf } from '../../schemas.js'
import { BillingStatus, OrganizationStatus } from './schemas.js'

const Count = Type.Integer({ minimum: 0 })

const Block = Type.Object({
  action: oneOf(['invitation', 'resend', 'import', 'signup_page', 'join']),
  code: Type.String({ description: 'As the problem that whoever tries is told.' }),
  detail: Type.String(),
  ways_out: Type.Array(Type.Object({ code: Type.String(), text: Type.String() }))
})

export const SummarySchema = Type.Object(
  {
    organization_id: Id('org'),
    name: Type.String(),
    status: OrganizationStatus,
    primary_administrator: Nullable(
      Type.Object({
        member_id: Id('mem'),
        name: Nullable(Type.String()),
        email: Type.String()
      })
    ),
    account_owner: Nullable(
      Type.String({ description: 'Whom you regard as the owner of the team, as billing says.' })
    ),
    plan: Nullable(Type.String()),
    entitlements: Type.Array(Type.String()),
    billing_status: BillingStatus,
    seats: Type.Object({
      mode: oneOf(['hard_cap', 'prepaid', 'per_member', 'none']),
      used: Count,
      available: Nullable(
        Type.Integer({
          description:
            'Invitations that cost nothing more and are not refused; null: as many as you like.'
        })
      ),
      size: Nullable(Type.Integer({ description: 'Null: no limit.' })),
      title: Type.String({ description: 'In the language of the reader.' }),
      text: Nullable(Type.String({ description: 'Likewise; null where there is no size.' }))
    }),
    members: Type.Object({
      invited: Count,
      invitation_expired: Count,
      active: Count,
      suspended: Count,
      reassignment_pending: Count
    }),
    labels: Type.Object(
      { team: Type.String(), invitation_cancel: Type.String() },
      { description: 'What to call this page and the button, in the language of the reader.' }
    ),
    blocked: Type.Array(Block, {
      description: 'Through which doors nobody comes in right now, why, and what can be done.'
    })
  },
  {
    $id: 'Summary',
    examples: [
      {
        organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
        name: 'Acme',
        status: 'active',
        primary_administrator: {
          member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
          name: 'Olga',
          email: 'olga@acme.test'
        },
        account_owner: null,
        plan: 'business',
        entitlements: ['team'],
        billing_status: 'ok',
        seats: {
          mode: 'hard_cap',
          used: 4,
          available: 46,
          size: 50,
          title: 'Allowed seats',
          text: '4 of 50 seats used'
        },
        members: {
          invited: 2,
          invitation_expired: 0,
          active: 2,
          suspended: 0,
          reassignment_pending: 0
        },
        labels: { team: 'Team', invitation_cancel: 'Cancel' },
        blocked: []
      }
    ]
  }
)
