import { type Static, Type } from '@sinclair/typebox'
import type { NoticeRow } from '../../db/tables/notices.js'
import { Id, Name, oneOf } from '../../schemas.js'

/** What the host lets people know through us, by the permission of those whom it is for. */
const NOTICE_PERMISSIONS = [
  'notify.billing_reminders',
  'notify.special.some',
  'notify.special.all'
] as const

const SUBJECT_LENGTH_MAX = 150
const TEXT_LENGTH_MAX = 4_000
const CHARACTER = '[^\\u0000-\\u0009\\u000b-\\u001f\\u007f]'

const Subject = (example: string) => Name(SUBJECT_LENGTH_MAX, example)
const Text = (example: string) =>
  Type.String({
    minLength: 1,
    maxLength: TEXT_LENGTH_MAX,
    pattern: `^${CHARACTER}*\\S${CHARACTER}*$`,
    examples: [example]
  })

export const NoticeCreate = Type.Object(
  {
    to: oneOf(NOTICE_PERMISSIONS, {
      description:
        'Active members whose role has this permission are told; `notify.special.all` also gets ' +
        'what is for `notify.special.some`.',
      examples: ['notify.billing_reminders']
    }),
    subject: Type.Object(
      { en: Subject('Your invoice is overdue'), fr: Subject('Votre facture est en retard') },
      { additionalProperties: false, description: 'One line, in every language.' }
    ),
    text: Type.Object(
      {
        en: Text('Please pay invoice 2026-11 to keep your team.'),
        fr: Text('Merci de régler la facture 2026-11 pour garder votre équipe.')
      },
      { additionalProperties: false, description: 'Plain text; lines stay as they are.' }
    )
  },
  {
    additionalProperties: false,
    examples: [
      {
        to: 'notify.billing_reminders',
        subject: { en: 'Your invoice is overdue', fr: 'Votre facture est en retard' },
        text: {
          en: 'Please pay invoice 2026-11 to keep your team.',
          fr: 'Merci de régler la facture 2026-11 pour garder votre équipe.'
        }
      }
    ]
  }
)
export type NoticeCreate = Static<typeof NoticeCreate>

export const NoticeSent = Type.Object(
  {
    id: Id('ntc'),
    recipients: Type.Integer({ description: 'How many members are told.', examples: [2] })
  },
  { $id: 'NoticeSent', examples: [{ id: 'ntc_01jd3v8k2ffb5t0m5r6w9x7y3z', recipients: 2 }] }
)

/** What was sent, as an export tells it. */
export const toNotice = (row: NoticeRow) => ({
  id: row.id,
  to: row.permission,
  subject: row.subject,
  text: row.text,
  recipients: row.recipientCount,
  created_by: { type: row.createdByType, id: row.createdById, name: row.createdByName },
  created_at: row.createdAt.toISOString()
})
