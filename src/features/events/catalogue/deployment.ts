import { Type } from '@sinclair/typebox'
import { Id, Nullable } from '../../../schemas.js'
import { entry } from './entry.js'
import { Count, Text, Texts } from './fields.js'

const KeyName = Text('CRM', 'What it is called.')

const versioned = {
  version: Count(2, 'The version that holds from now on.'),
  allowed_findings: Texts([], 'Codes of the checker’s findings that whoever put it accepts.'),
  members_moved: Count(0, 'Members who have another role by it.')
}

export const API_KEY_EVENTS = {
  'api_key.created': entry({
    subjects: ['api_key'],
    description: 'There is another API key.',
    data: {
      name: KeyName,
      scopes: Texts(['members:read'], 'What it may do.'),
      organization_ids: Nullable(
        Type.Array(Id('org'), {
          description: 'The only organizations that it may reach; null: all.',
          examples: [['org_01jd3v8k2ffb5t0m5r6w9x7y3z']]
        })
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
