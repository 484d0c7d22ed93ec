import { and, eq, ne } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { KeyContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { invalidRequest, notFound } from '../../errors.js'
import type { Channel } from '../../policy/document-shape.js'
import { appendEvents } from '../events/append-events.js'
import { statusAt } from '../members/effective-status.js'
import { refuseInactive } from '../members/queries.js'
import { currentPolicyOf, findIfThere } from '../organizations/queries.js'
import type { MemberTokenCreate } from './schemas.js'

/** What a token says: by which key, for whom, and for how long. */
export interface NewMemberToken {
  readonly keyId: string
  readonly organizationId: string
  readonly memberId: string
  readonly userId: string
  readonly channel: Channel | null
  readonly issuedAt: Date
  readonly expiresAt: Date
}

/**
 * What a token for one member's own browser says, for hosts that sign none themselves. It is as good
 * as the key that has asked for it, and as the membership: both are looked at whenever it is used, so
 * nothing is stored of it but the event. That there is one is worth it: from here on somebody may be
 * a member without the host's word, and the log is to tell by whose.
 *
 * @throws Problem invalid_request, not_found, member_not_active
 */
export async function createMemberToken(
  deps: Deps,
  key: KeyContext,
  input: MemberTokenCreate
): Promise<NewMemberToken> {
  const { organization_id: organizationId, channel = null } = input
  refuseTwoNames(input)
  // In whole seconds, as tokens tell it.
  const issuedAt = new Date(Math.floor(key.now.getTime() / 1_000) * 1_000)
  const expiresAt = new Date(issuedAt.getTime() + input.expires_in_seconds * 1_000)
  if (key.organizationIds?.includes(organizationId) === false) throw notFound()

  return runCommand(deps, key, async (tx) => {
    const organization = await findIfThere(tx, organizationId, key.now)
    if (!organization) throw notFound()
    const holder = await findHolder(tx, key, input)
    const { version, policy } = await currentPolicyOf(deps, tx, organization)
    const place = { organizationId, policyVersion: version, retention: policy.audit.retention }
    appendEvents(tx, key, place, [
      {
        type: 'member_token.created',
        subject: { type: 'member', id: holder.memberId },
        data: { user_id: holder.userId, expires_at: expiresAt.toISOString() }
      }
    ])
    return { keyId: key.actor.id, organizationId, ...holder, channel, issuedAt, expiresAt }
  })
}

/** @throws Problem invalid_request */
function refuseTwoNames({ member_id: memberId, user_id: userId }: MemberTokenCreate): void {
  if ((memberId === undefined) !== (userId === undefined)) return
  const detail = 'must have either member_id or user_id'
  throw invalidRequest({ errors: [{ pointer: '#', detail }] })
}

/** An active member, and who it is right now: of nobody else will the token ever be. */
async function findHolder(
  tx: Tx,
  { now }: KeyContext,
  { organization_id, member_id: memberId, user_id: userId = '' }: MemberTokenCreate
): Promise<{ readonly memberId: string; readonly userId: string }> {
  const [member] = await tx
    .select()
    .from(members)
    .where(
      and(
        eq(members.organizationId, organization_id),
        memberId === undefined ? eq(members.userId, userId) : eq(members.id, memberId),
        ne(members.status, 'removed')
      )
    )
  if (!member) throw notFound()
  refuseInactive({ status: statusAt(member, now) })
  if (member.userId === null) throw new Error('an active member is somebody')
  return { memberId: member.id, userId: member.userId }
}
