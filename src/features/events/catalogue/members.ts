import { Type } from '@sinclair/typebox'
import { MEMBER_STATUSES } from '../../../db/tables/members.js'
import { Id, Instant, Nullable } from '../../../schemas.js'
import { about, became, changed, entry, some, words } from './entry.js'
import {
  Amount,
  Domain,
  EmailAddress,
  ExternalId,
  InvitationId,
  LaterOrNever,
  MetadataText,
  Role,
  Sessions,
  SessionsEnd,
  Text,
  UserId
} from './fields.js'

const ACTIVE: readonly string[] = MEMBER_STATUSES.filter(
  (status) => status === 'active' || status === 'suspended' || status === 'reassignment_pending'
)

/** Whom it concerns; without the host's id where the person has none yet. */
const person = { user_id: Nullable(UserId), email: EmailAddress }

const Name = Nullable(Text('Ana', 'What the person is called.'))

/** Of a seat that is offered, taken or left: who it is whose it is. */
const seat = {
  user_id: changed(Nullable(UserId), null, 'u_ana'),
  email: changed(EmailAddress, 'ana@home.test', 'ana@acme.test'),
  name: changed(Name, null, 'Ana'),
  role: changed(Role, 'guest', 'member'),
  joined_at: changed(Nullable(Instant()), null, '2026-11-22T09:30:00.000Z')
}
/** Where the policy takes who it was off the member. */
const forgotten = {
  user_id: Type.Optional(changed(Nullable(UserId), 'u_ana', null)),
  name: Type.Optional(changed(Name, 'Ana', null))
}

const Handover = Type.Object(
  {
    mode: words(['none', 'unassign', 'to_member'], 'Nothing, nobody’s, or another member’s.'),
    member_id: Type.Optional(about(Id('mem'), 'Who takes over.'))
  },
  {
    additionalProperties: false,
    description: 'Whose what the leaver was in charge of is now.',
    examples: [{ mode: 'none' }]
  }
)

/** Of a membership that has ended: what the host is to do with what is left behind. */
const leaving = {
  ...person,
  role: Role,
  sessions: SessionsEnd,
  data: words(['keep', 'delete'], 'What becomes of the leaver’s data.'),
  owned_shared: words(
    ['keep', 'delete', 'unassign'],
    'What becomes of what the leaver owns and shares with others.'
  ),
  username: words(['kept', 'dissociated'], 'Whether the name still stands on what they made.'),
  handover: Handover
}

export const MEMBER_EVENTS = {
  'member.invited': entry({
    subjects: ['member'],
    description: 'Somebody was offered a seat; the member is there from now on, as `invited`.',
    data: {
      invitation_id: InvitationId,
      email: EmailAddress,
      role: Role,
      expires_at: LaterOrNever('When the offer ends; null: never.'),
      credits: Type.Optional(Amount(100, 'Credits that come with the seat.')),
      signup_page_id: Type.Optional(about(Id('sgp'), 'On which page the person asked for it.'))
    },
    // Of a seat that was offered before.
    changes: some({ status: became('invitation_expired', 'invited'), ...seat }),
    example: { changes: {} }
  }),
  'member.joined': entry({
    subjects: ['member'],
    description:
      'Somebody is an active member: by an invitation, by an import, by their domain, or as the ' +
      'person with whom the organization begins.',
    data: {
      user_id: UserId,
      email: EmailAddress,
      role: Role,
      invitation_id: Type.Optional(about(Id('inv'), 'Which invitation they accepted.')),
      imported: Type.Optional(
        Type.Literal(true, { description: 'You brought them in as a member at once.' })
      ),
      via: Type.Optional(words(['domain'], 'Without an invitation, by their domain.')),
      domain: Type.Optional(Domain),
      join_request_id: Type.Optional(about(Id('jrq'), 'Which request was approved.'))
    },
    changes: some({ status: became([null, 'invited', 'invitation_expired'], 'active'), ...seat }),
    example: {
      data: { invitation_id: 'inv_01jd3v8k2ffb5t0m5r6w9x7y3z' },
      changes: {
        status: ['invited', 'active'],
        user_id: [null, 'u_ana'],
        joined_at: [null, '2026-11-22T09:30:00.000Z']
      }
    }
  }),
  'member.updated': entry({
    subjects: ['member'],
    description:
      'Details of a member changed. Correcting them in every team by `PATCH /v1/users/{user_id}` ' +
      'leaves one such event for each membership. Where the address changed, `data` has the one ' +
      'before.',
    data: person,
    changes: some({
      name: changed(Name, 'Ana', 'Ana Ruiz'),
      email: changed(EmailAddress, 'ana@acme.test', 'ana.ruiz@acme.test'),
      avatar_url: changed(
        Nullable(Text('https://cdn.acme.test/ana.png', 'A picture of theirs.')),
        null,
        'https://cdn.acme.test/ana.png'
      ),
      external_id: changed(ExternalId, null, 'crm-4711'),
      metadata: changed(MetadataText, {}, { floor: '3' })
    })
  }),
  'member.role_changed': entry({
    subjects: ['member'],
    description: 'A member has another role, or is offered another: what they may do has changed.',
    data: { ...person, sessions: Sessions },
    changes: { role: changed(Role, 'member', 'admin') }
  }),
  'member.suspended': entry({
    subjects: ['member'],
    description: 'A member has no access until it is given back; nothing else of theirs changes.',
    data: { ...person, role: Role, sessions: SessionsEnd },
    changes: { status: became('active', 'suspended') }
  }),
  'member.reactivated': entry({
    subjects: ['member'],
    description: 'A suspended member has access again.',
    data: { ...person, role: Role },
    changes: { status: became('suspended', 'active') }
  }),
  'member.left': entry({
    subjects: ['member'],
    description: 'A member has left by themselves: the membership is over for good.',
    data: leaving,
    changes: { status: became(ACTIVE, 'removed'), ...forgotten }
  }),
  'member.removed': entry({
    subjects: ['member'],
    description: 'A member was removed by somebody: the membership is over for good.',
    data: leaving,
    changes: { status: became(ACTIVE, 'removed'), ...forgotten }
  }),
  'ownership.transferred': entry({
    subjects: ['organization'],
    description:
      'The owner’s role was given to another member, or shared; `member.role_changed` tells of each ' +
      'member concerned as well.',
    data: {
      from_member_id: Nullable(about(Id('mem'), 'Who gave it; null: nobody in particular.')),
      to_member_id: about(Id('mem'), 'Who has it now.'),
      former_becomes: Nullable(
        Text('admin', 'Which role whoever gave it away has now; null: the role is shared.')
      ),
      sessions: Sessions
    }
  }),
  'user.erased': entry({
    subjects: ['member'],
    description:
      'The person behind a removed member was erased: told once for each membership, so that you ' +
      'erase your own copies. Nothing in it says who it was.',
    data: {
      taken_over: Type.Optional(
        Type.Literal(true, {
          description:
            'The member is somebody else by now, of whom nothing is to be erased: only what you ' +
            'have of whoever held the seat before.'
        })
      )
    }
  })
}

export const MEMBER_TOKEN_EVENTS = {
  'member_token.created': entry({
    subjects: ['member'],
    description:
      'With an API key a token was made, by which a member’s own browser calls for a while.',
    data: {
      user_id: UserId,
      expires_at: Instant({ description: 'When the token ends.' })
    }
  })
}
