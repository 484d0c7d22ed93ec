import { Type } from '@sinclair/typebox'
import { Id, Nullable } from '../../../schemas.js'
import { changed, entry, some } from './entry.js'
import { Count, LaterOrNever, Text, Texts } from './fields.js'

const KeyName = Text('CRM', 'What it is called.')

const versioned = {
  version: Count(2, 'The version that holds from now on.'),
  allowed_findings: Texts([], 'Codes of the checker’s findings that whoever put it accepts.'),
  members_moved: Count(0, 'Members who have another role by it.')
}

const Limits = Nullable(
  Type.Array(Id('org'), {
    description: 'The only organizations that it may reach; null: all.',
    examples: [['org_01jd3v8k2ffb5t0m5r6w9x7y3z']]
  })
)

export const API_KEY_EVENTS = {
  'api_key.created': entry({
    subjects: ['api_key'],
    description: 'There is another API key.',
    data: {
      name: KeyName,
      scopes: Texts(['members:read'], 'What it may do.'),
      organization_ids: Limits,
      ...some({
        expires_at: LaterOrNever('When it ends; null: never.'),
        rate_limit_per_minute: Nullable(
          Count(600, 'Requests a minute; null: as the deployment has it.')
        )
      })
    }
  }),
  'api_key.updated': entry({
    subjects: ['api_key'],
    description:
      'An API key may do something else, or is called otherwise, from the next request on.',
    changes: some({
      name: changed(KeyName, 'CRM', 'CRM of the north'),
      scopes: changed(Texts(['members:read'], 'What it may do.'), ['*'], ['members:read']),
      organization_ids: changed(Limits, null, ['org_01jd3v8k2ffb5t0m5r6w9x7y3z']),
      expires_at: changed(LaterOrNever('When it ends.'), null, '2026-12-22T09:30:00.000Z'),
      rate_limit_per_minute: changed(Nullable(Type.Integer()), null, 600)
    })
  }),
  'api_key.rotated': entry({
    subjects: ['api_key'],
    description: 'An API key has another secret.',
    data: {
      name: KeyName,
      previous_secret_expires_at: LaterOrNever(
        'Until when the one before is good as well; null: it ended at once.'
      )
    }
  }),
  'api_key.revoked': entry({
    subjects: ['api_key'],
    description: 'An API key was ended.',
    data: { name: KeyName }
  })
}

export const POLICY_EVENTS = {
  'policy.created': entry({
    subjects: ['policy'],
    description: 'There is another policy.',
    data: versioned
  }),
  'policy.versioned': entry({
    subjects: ['policy'],
    description: 'Every organization that follows the policy lives by other rules from now on.',
    data: versioned
  })
}
