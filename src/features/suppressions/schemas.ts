import { type Static, Type } from '@sinclair/typebox'
import { type MailSuppressionRow, SUPPRESSION_REASONS } from '../../db/tables/mail-suppressions.js'
import { DEPLOYMENT_ID, idPattern } from '../../ids.js'
import { Email, Id, Instant, Nullable, oneOf } from '../../schemas.js'

/** Longer than a Message-ID of ours can be. */
const MESSAGE_ID_LENGTH_MAX = 400
const DETAIL_LENGTH_MAX = 1_000
const TEXT = '^[^\\u0000-\\u001f\\u007f]*$'

export const MailEvent = Type.Object(
  {
    type: oneOf(['bounced', 'complained'], {
      description: '`complained`: whoever got it calls it spam.'
    }),
    message_id: Type.String({
      minLength: 1,
      maxLength: MESSAGE_ID_LENGTH_MAX,
      pattern: TEXT,
      description: 'The `Message-ID` of the mail that it is about, with or without `<>`.',
      examples: ['<inv_01jd3v8k2ffb5t0m5r6w9x7y3z.1@muster.acme.test>']
    }),
    email: Email,
    permanent: Type.Boolean({
      default: false,
      description: 'Of a bounce: that it is for good. Others change nothing.'
    }),
    detail: Type.Optional(
      Type.String({
        maxLength: DETAIL_LENGTH_MAX,
        pattern: '^[^\\u0000]*$',
        description: 'What the mail server has said.',
        examples: ['550 5.1.1 No such user']
      })
    )
  },
  {
    additionalProperties: false,
    examples: [
      {
        type: 'bounced',
        message_id: '<inv_01jd3v8k2ffb5t0m5r6w9x7y3z.1@muster.acme.test>',
        email: 'ana@acme.test',
        permanent: true,
        detail: '550 5.1.1 No such user'
      }
    ]
  }
)
export type MailEvent = Static<typeof MailEvent>

export const MailEventTaken = Type.Object(
  { changed: Type.Boolean({ description: 'False: it was known, or changes nothing.' }) },
  { examples: [{ changed: true }] }
)

export const MailSuppressionSchema = Type.Object(
  {
    id: Id('sup'),
    email: Type.String({ description: 'As addresses are compared: in lower case.' }),
    organization_id: Nullable(
      Type.String({
        pattern: idPattern('org'),
        description: 'Null: nothing is sent to it at all. Else what this team tells of others.'
      })
    ),
    reason: oneOf(SUPPRESSION_REASONS),
    detail: Nullable(Type.String()),
    created_at: Instant()
  },
  {
    $id: 'MailSuppression',
    examples: [
      {
        id: 'sup_01jd3v8k2ffb5t0m5r6w9x7y3z',
        email: 'ana@acme.test',
        organization_id: null,
        reason: 'bounced',
        detail: '550 5.1.1 No such user',
        created_at: '2026-11-22T09:30:00.000Z'
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toMailSuppression(row: MailSuppressionRow): Static<typeof MailSuppressionSchema> {
  return {
    id: row.id,
    email: row.emailKey,
    organization_id: row.organizationId === DEPLOYMENT_ID ? null : row.organizationId,
    reason: row.reason,
    detail: row.detail,
    created_at: row.createdAt.toISOString()
  }
}
