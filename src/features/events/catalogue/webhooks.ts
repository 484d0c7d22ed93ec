import { Type } from '@sinclair/typebox'
import { DISABLED_REASONS } from '../../../db/tables/webhooks.js'
import { Id, Instant, Nullable } from '../../../schemas.js'
import { about, changed, entry, some } from './entry.js'
import { Count, LaterOrNever, Text, Texts } from './fields.js'

const Url = Text('https://billing.acme.test/webhooks/muster', 'Where its events are sent.')

/** What can be said of an endpoint; never its secret. */
const fields = {
  url: Url,
  description: Nullable(Text('Billing', 'What it is for.')),
  event_types: Texts(['member.*'], 'Which events it gets.'),
  organization_ids: Nullable(
    Type.Array(Id('org'), { description: 'Of which organizations; null: of all.', examples: [[]] })
  ),
  enabled: Type.Boolean({ description: 'Whether anything is sent.', examples: [true] }),
  ordered: Type.Boolean({
    description: 'Whether the events of an organization come in their order.',
    examples: [false]
  }),
  contact_email: Nullable(Text('ops@acme.test', 'Whom we tell when it is disabled.'))
}

export const WEBHOOK_ENDPOINT_EVENTS = {
  'webhook_endpoint.created': entry({
    subjects: ['webhook_endpoint'],
    description: 'Events are sent to another address.',
    data: fields
  }),
  'webhook_endpoint.updated': entry({
    subjects: ['webhook_endpoint'],
    description: 'An endpoint is elsewhere, gets other events, or was enabled again.',
    changes: some({
      url: changed(Url, 'https://old.acme.test/', 'https://billing.acme.test/webhooks/muster'),
      description: changed(fields.description, null, 'Billing'),
      event_types: changed(fields.event_types, ['*'], ['member.*']),
      organization_ids: changed(fields.organization_ids, null, ['org_01jd3v8k2ffb5t0m5r6w9x7y3z']),
      enabled: changed(fields.enabled, false, true),
      ordered: changed(fields.ordered, false, true),
      contact_email: changed(fields.contact_email, null, 'ops@acme.test')
    })
  }),
  'webhook_endpoint.secret_rotated': entry({
    subjects: ['webhook_endpoint'],
    description: 'An endpoint has another secret; for a day the one before signs as well.',
    data: {
      previous_secret_expires_at: Instant({ description: 'When the one before ends.' })
    }
  }),
  'webhook_endpoint.disabled': entry({
    subjects: ['webhook_endpoint'],
    description: 'Nothing is sent to an endpoint until somebody enables it again.',
    data: {
      reason: Text(
        'failing',
        `Why: ${DISABLED_REASONS.map((reason) => `\`${reason}\``).join(', ')}.`
      ),
      url: Url,
      failing_since: LaterOrNever('Since when nothing has got through; null: it was well.')
    },
    changes: { enabled: changed(fields.enabled, true, false) }
  }),
  'webhook_endpoint.deleted': entry({
    subjects: ['webhook_endpoint'],
    description: 'An endpoint is gone, and what was still to be sent to it.',
    data: { url: Url }
  }),
  'webhook_endpoint.tested': entry({
    subjects: ['webhook_endpoint'],
    description: 'Sent to one endpoint alone, because somebody asked for it: nothing has happened.'
  }),
  'webhook_endpoint.redelivery_requested': entry({
    subjects: ['webhook_endpoint'],
    description: 'An event that was sent to an endpoint, or could not be, is sent to it again.',
    data: {
      delivery_id: about(Id('dlv'), 'The delivery.'),
      event_id: about(Id('evt'), 'What is sent again.')
    }
  }),
  'webhook_endpoint.recovery_requested': entry({
    subjects: ['webhook_endpoint'],
    description: 'What an endpoint has missed is sent to it after all.',
    data: {
      since: Instant({ description: 'When the first of the events happened at the earliest.' }),
      recovered: Count(12, 'How many events.')
    }
  })
}
