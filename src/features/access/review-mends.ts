import type { OrgContext } from '../../context.js'
import { uuidToId } from '../../ids.js'
import { findRole } from '../../policy/roles.js'
import { type Mend, mendBy } from './mend.js'
import type { FoundRow } from './read-findings.js'
import type { ReviewKind } from './review-kinds.js'

/** What is read beside a page of findings, as only some of them ask for it. */
export interface Beside {
  /** How many active holders there are of the roles that need some. */
  readonly holdersOf: (role: string) => number
  /** Who holds a role beyond what is usual: those who have been away for longest. */
  readonly surplusOf: (role: string) => readonly string[]
}

type Reader = Pick<OrgContext, 'organizationId' | 'locale' | 'policy'>
type Find = (ctx: Reader, row: FoundRow, beside: Beside) => (Mend | undefined)[]

const memberPath = (uuid: string) => `/members/${uuidToId('mem', uuid)}`
const resourcePath = ({ id }: FoundRow) => `/resources/${uuidToId('res', id)}`

/** The requests that mend what was found: any one of them, but of holders as many as are too many. */
export function mendsOf(ctx: Reader, row: FoundRow, beside: Beside): Mend[] {
  return MENDS[row.kind](ctx, row, beside).filter((mend) => mend !== undefined)
}

const MENDS: Readonly<Record<ReviewKind, Find>> = {
  dormant_member(ctx, { id, facts: { role = '' } }, { holdersOf }) {
    const { policy } = ctx.policy
    // Whoever is the last that a role needs can only hand it on first.
    if (holdersOf(role) <= (findRole(policy, role)?.min ?? 0)) return []
    return [
      policy.suspension.enabled
        ? mendBy(ctx, 'suspendMember', { path: `${memberPath(id)}/suspend` })
        : undefined,
      mendBy(ctx, 'removeMember', { path: memberPath(id) })
    ]
  },
  too_many_holders(ctx, { facts: { role = '' } }, { surplusOf }) {
    const { default_role: usual } = ctx.policy.policy
    if (role === usual) return []
    return surplusOf(role).map((id) =>
      mendBy(ctx, 'updateMember', { path: memberPath(id), body: { role: usual } })
    )
  },
  pending_member: mendPending,
  suspended_member: (ctx, { id }) => [
    mendBy(ctx, 'reactivateMember', { path: `${memberPath(id)}/reactivate` }),
    mendBy(ctx, 'removeMember', { path: memberPath(id) })
  ],
  unused_grant: (ctx, row) => [
    mendBy(ctx, 'revokeResourceGrant', {
      path: `${resourcePath(row)}/grants/${uuidToId('mem', row.beside)}`
    })
  ],
  requested_resource: (ctx, row) => [
    mendBy(ctx, 'fulfillResource', {
      path: `${resourcePath(row)}/fulfill`,
      body: {},
      needs: ['external_id']
    }),
    mendBy(ctx, 'deleteResource', { path: resourcePath(row) })
  ],
  unheld_resource: (ctx, row) => [mendBy(ctx, 'deleteResource', { path: resourcePath(row) })],
  ownerless_resource(ctx, row) {
    const { holder_id: holder } = row.facts
    return [
      holder == null
        ? undefined
        : mendBy(ctx, 'addResourceOwner', {
            path: `${resourcePath(row)}/owners/${uuidToId('mem', holder)}`
          }),
      mendBy(ctx, 'deleteResource', { path: resourcePath(row) })
    ]
  },
  empty_group: (ctx, { id }) => [
    mendBy(ctx, 'deleteGroup', { path: `/groups/${uuidToId('grp', id)}` })
  ]
}

function mendPending(ctx: Reader, row: FoundRow): (Mend | undefined)[] {
  const { id, facts } = row
  return facts.status === 'reassignment_pending'
    ? [mendBy(ctx, 'cancelReassignment', { path: `${memberPath(id)}/reassignment` })]
    : mendOffer(ctx, row, facts.status === 'invited' ? 'pending' : 'expired')
}

/** As the policy lets an offer end; one that ran out and cannot be withdrawn can be made anew. */
function mendOffer(
  ctx: Reader,
  { id, facts }: FoundRow,
  state: 'pending' | 'expired'
): (Mend | undefined)[] {
  const { cancel_from, cancel_by, resend_from, resend_ways } = ctx.policy.policy.invitations
  const path = `/invitations/${uuidToId('inv', facts.invitation_id ?? '')}`
  const ways = cancel_from.includes(state) ? cancel_by : []
  const [via] = resend_from.includes(state) ? resend_ways : []
  return [
    ...ways.map((way) =>
      way === 'cancel'
        ? mendBy(ctx, 'cancelInvitation', { path })
        : mendBy(ctx, 'removeMember', { path: memberPath(id) })
    ),
    state === 'expired' && via !== undefined
      ? mendBy(ctx, 'resendInvitation', { path: `${path}/resend`, body: { via } })
      : undefined
  ]
}
