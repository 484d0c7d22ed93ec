import { SUPPRESSION_REASONS } from '../../../db/tables/mail-suppressions.js'
import { entry } from './entry.js'
import { Count, EmailAddress, Text } from './fields.js'

const suppressed = {
  email: EmailAddress,
  reason: Text(
    SUPPRESSION_REASONS[0],
    `Why: ${SUPPRESSION_REASONS.map((reason) => `\`${reason}\``).join(', ')}.`
  )
}

export const MAIL_EVENTS = {
  'notice.created': entry({
    subjects: ['notice'],
    description: 'You let people of the team know something by mail.',
    data: {
      permission: Text('billing.view', 'To holders of which permission.'),
      recipients: Count(2, 'To how many.')
    }
  }),
  'mail_suppression.created': entry({
    subjects: ['mail_suppression'],
    description:
      'Nothing is sent to an address any more: by anybody, or where the event has an ' +
      'organization, of what that one tells about others.',
    data: suppressed
  }),
  'mail_suppression.deleted': entry({
    subjects: ['mail_suppression'],
    description: 'The address gets mails again.',
    data: suppressed
  })
}
