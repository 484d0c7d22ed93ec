import { Type } from '@sinclair/typebox'
import { Id, Instant, Nullable } from '../../../schemas.js'
import { about, became, changed, entry, some, words } from './entry.js'
import { EmailAddress, LaterOrNever, MemberId, SessionsEnd, Text, UserId } from './fields.js'

const invited = {
  member_id: MemberId,
  email: about(EmailAddress, 'To which address the invitation was made.')
}

/** What time has done is told of when it is written down. */
const Ended = Instant({ description: 'When the offer ended, which may be some time ago.' })

const Holder = (description: string) =>
  Type.Object(
    { user_id: Nullable(UserId), email: EmailAddress },
    {
      additionalProperties: false,
      description,
      examples: [{ user_id: 'u_ana', email: 'ana@acme.test' }]
    }
  )

/** The seat, who has it, and who is asked to take it over. */
const reassigned = {
  invitation_id: about(Id('inv'), 'The offer to whoever is to take the seat over.'),
  email: Text('bob@acme.test', 'To which address that offer was made.'),
  from: Holder('Who holds the seat, or held it until now.')
}

const SEAT_OFFERED = ['invited', 'invitation_expired']
/** Of the member whose seat was offered; not there where the seat is somebody else's. */
const seatBecame = (before: string | readonly string[], after: string) => ({
  member_status: Type.Optional(became(before, after))
})

const sentAgain = some({
  status: became('expired', 'pending'),
  ...seatBecame('invitation_expired', 'invited'),
  expires_at: changed(
    LaterOrNever('When the offer ends; null: never.'),
    '2026-11-29T09:30:00.000Z',
    '2026-12-06T09:30:00.000Z'
  )
})

export const INVITATION_EVENTS = {
  'invitation.sent': entry({
    subjects: ['invitation'],
    description: 'The mail of an invitation was handed to the mail server.',
    data: invited,
    changes: { delivery: became(['queued', 'failed'], 'sent') }
  }),
  'invitation.delivery_failed': entry({
    subjects: ['invitation'],
    description: 'The mail of an invitation did not arrive; the invitation itself still stands.',
    data: {
      ...invited,
      reason: Text(
        'bounced',
        '`bounced`, `suppressed` (nothing is sent to the address), `organization_canceled`, or ' +
          '`given_up` after the last attempt.'
      )
    },
    changes: { delivery: became(['queued', 'sent'], 'failed') }
  }),
  'invitation.resent': entry({
    subjects: ['invitation'],
    description: 'An invitation is mailed once more; one that had expired is open again.',
    data: invited,
    changes: sentAgain
  }),
  'invitation.link_copied': entry({
    subjects: ['invitation'],
    description: 'A new link was made for an invitation without a mail; links before it are dead.',
    data: invited,
    changes: sentAgain
  }),
  'invitation.accepted': entry({
    subjects: ['invitation'],
    description: 'The person took what they were offered.',
    data: invited,
    changes: { status: became('pending', 'accepted') }
  }),
  'invitation.declined': entry({
    subjects: ['invitation'],
    description: 'The person turned the offer down; a seat that was held for them is free.',
    data: invited,
    changes: {
      status: became(['pending', 'expired'], 'declined'),
      ...seatBecame(SEAT_OFFERED, 'removed')
    }
  }),
  'invitation.canceled': entry({
    subjects: ['invitation'],
    description: 'An offer was taken back; a seat that was held for it is free.',
    data: invited,
    changes: {
      status: became(['pending', 'expired'], 'canceled'),
      ...seatBecame(SEAT_OFFERED, 'removed')
    }
  }),
  'invitation.expired': entry({
    subjects: ['invitation'],
    description: 'Nobody took the offer in time. It ended at `expires_at`, and is told of later.',
    data: { ...invited, expires_at: Ended },
    changes: {
      status: became('pending', 'expired'),
      ...seatBecame('invited', 'invitation_expired')
    }
  })
}

export const REASSIGNMENT_EVENTS = {
  'reassignment.started': entry({
    subjects: ['member'],
    description: 'A seat is offered to somebody else; until that is decided nobody has access.',
    data: { ...reassigned, sessions: SessionsEnd },
    changes: { status: became('active', 'reassignment_pending') }
  }),
  'reassignment.redirected': entry({
    subjects: ['member'],
    description: 'Somebody else than before is asked to take the seat over.',
    data: reassigned,
    changes: {
      invitation_id: changed(
        Nullable(Id('inv')),
        'inv_01jd3v8k2ffb5t0m5r6w9x7y3a',
        'inv_01jd3v8k2ffb5t0m5r6w9x7y3z'
      )
    }
  }),
  'reassignment.declined': entry({
    subjects: ['member'],
    description: 'Whoever was asked does not take the seat over; it stays locked.',
    data: reassigned
  }),
  'reassignment.completed': entry({
    subjects: ['member'],
    description:
      'The seat is somebody else’s: role, resources and groups stay, the person changed.',
    data: {
      ...reassigned,
      to: Holder('Who holds it now.'),
      shared_access: words(
        ['kept', 'revoked'],
        'What becomes of what the account shares or is shared, as the policy says.'
      ),
      sessions: SessionsEnd
    },
    changes: {
      status: became('reassignment_pending', 'active'),
      user_id: changed(Nullable(UserId), 'u_ana', 'u_bob'),
      email: changed(EmailAddress, 'ana@acme.test', 'bob@acme.test'),
      name: changed(Nullable(Text('Bob', 'What the holder is called.')), 'Ana', 'Bob'),
      joined_at: changed(
        Nullable(Instant()),
        '2026-01-07T08:00:00.000Z',
        '2026-11-22T09:30:00.000Z'
      )
    }
  }),
  'reassignment.canceled': entry({
    subjects: ['member'],
    description: 'The seat stays with its holder, who has access again.',
    data: reassigned,
    changes: { status: became('reassignment_pending', 'active') }
  }),
  'reassignment.timed_out': entry({
    subjects: ['member'],
    description: 'Nobody took the seat over in time.',
    data: {
      ...reassigned,
      restored: Type.Boolean({
        description: 'Whether the holder has access again; else the seat stays locked.',
        examples: [true]
      }),
      expires_at: Ended
    },
    changes: some({ status: became('reassignment_pending', 'active') })
  })
}
