import { type Static, Type } from '@sinclair/typebox'
import type { OrgContext } from '../../context.js'
import { RESOURCE_STATUSES } from '../../db/tables/resources.js'
import { uuidToId } from '../../ids.js'
import { decide } from '../../policy/decide.js'
import { ExternalId, Id, Nullable, oneOf } from '../../schemas.js'
import { percentOf } from '../credits/percent.js'
import { statusAt } from './effective-status.js'
import { pendingLabel } from './labels.js'
import type { DetailedMember } from './member-details.js'
import { MemberSchema, toMember } from './schemas.js'

const [EXAMPLE] = MemberSchema.examples as [Static<typeof MemberSchema>]

const HeldResource = Type.Object({
  id: Id('res'),
  external_id: Nullable(ExternalId),
  kind: Type.String({ examples: ['number'] }),
  name: Nullable(Type.String()),
  status: oneOf(RESOURCE_STATUSES),
  mode: Type.String({ examples: ['shared'] })
})

const JoinedGroup = Type.Object({
  id: Id('grp'),
  external_id: Nullable(ExternalId),
  name: Type.String()
})

const HeldCredits = Type.Object({
  balance: Type.Integer({ description: 'What it can spend, once it is active.' }),
  held: Type.Integer({ description: 'Set aside until it is captured or released.' }),
  used: Type.Integer({ description: 'Whoever paid: of a shared pool, too.' }),
  percent_used: Nullable(
    Type.Integer({
      description: 'Spent of what it was given, rounded half up; null: it was given nothing.'
    })
  )
})

/** What a page of members shows of each. */
export const MemberDetailsSchema = Type.Object(
  {
    ...MemberSchema.properties,
    pending_label: Nullable(
      Type.String({ description: 'The policy’s word for who has not accepted yet; else null.' })
    ),
    pending_in: oneOf(['status', 'last_active_at'], {
      description: 'Where the policy wants that word: beside the status, or as the last activity.'
    }),
    resources: Type.Array(HeldResource, { description: 'The first 100.' }),
    resources_count: Type.Integer({ description: 'All of them.' }),
    groups: Type.Array(JoinedGroup, { description: 'The first 100.' }),
    credits: Nullable(HeldCredits),
    requests: Nullable(
      Type.Integer({ description: 'How often it has spent; null: not for whoever asks to see.' })
    )
  },
  {
    $id: 'MemberDetails',
    examples: [
      {
        ...EXAMPLE,
        pending_label: null,
        pending_in: 'status',
        resources: [
          {
            id: 'res_01jd3v8k2ffb5t0m5r6w9x7y3z',
            external_id: 'num_1',
            kind: 'number',
            name: 'Support',
            status: 'active',
            mode: 'shared'
          }
        ],
        resources_count: 1,
        groups: [{ id: 'grp_01jd3v8k2ffb5t0m5r6w9x7y3z', external_id: null, name: 'Paris' }],
        credits: { balance: 753, held: 0, used: 1_247, percent_used: 62 },
        requests: 38
      }
    ]
  }
)
export type MemberDetails = Static<typeof MemberDetailsSchema>

/** The only crossing from row to wire; the status is the one of the given instant. */
export function toMemberDetails(row: DetailedMember, ctx: OrgContext): MemberDetails {
  const { policy } = ctx.policy
  const { member, resources, groups } = row
  const { credits, requests } = toUsage(row, ctx)
  // Added, not spread: an object of so many fields is copied ten times as slowly.
  return Object.assign(toMember(member, ctx), {
    pending_label: pendingLabel(policy, statusAt(member, ctx.now), ctx.locale),
    pending_in: policy.members.pending_in,
    resources: resources.map((one) => ({ ...one, id: uuidToId('res', one.id) })),
    resources_count: row.resourcesCount,
    groups: groups.map((one) => ({ ...one, id: uuidToId('grp', one.id) })),
    credits,
    requests
  })
}

/** What somebody has used takes `credits.usage` to see, of others. */
function toUsage(
  row: DetailedMember,
  ctx: OrgContext
): Pick<MemberDetails, 'credits' | 'requests'> {
  if (!seesUsage(row, ctx)) return { credits: null, requests: null }
  const { balance, held, spent, used, requests } = row.credits ?? NO_CREDITS
  const given = balance + held + spent
  const percent = given === 0 ? null : percentOf(spent, given)
  const hasPool = ctx.policy.policy.credits.kind === 'pool'
  return { credits: hasPool ? { balance, held, used, percent_used: percent } : null, requests }
}

const NO_CREDITS = { balance: 0, held: 0, spent: 0, used: 0, requests: 0 }

function seesUsage({ member, actingRole }: DetailedMember, ctx: OrgContext): boolean {
  const { actor, channel, policy } = ctx
  if (actor.type !== 'member' || actor.id === member.id) return true
  if (actingRole === null) return false
  const asking = { kind: 'member', id: actor.id, role: actingRole, channel } as const
  return decide(policy.policy, asking, { type: 'use', permission: 'credits.usage' }).allowed
}
