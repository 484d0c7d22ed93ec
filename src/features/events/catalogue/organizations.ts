import { Type } from '@sinclair/typebox'
import { Nullable } from '../../../schemas.js'
import { became, changed, entry, some, words } from './entry.js'
import { Count, ExternalId, LaterOrNever, MetadataText, PolicyKey, Text } from './fields.js'

const OrganizationName = Text('Acme', 'What it is called.')

const ends = {
  flag_at: LaterOrNever('When it is flagged for deletion; null: never.'),
  delete_at: LaterOrNever('When it is deleted; null: when you say so.')
}

const Settings = (fields: readonly string[], description: string, example: unknown) =>
  Type.Object(Object.fromEntries(fields.map((field) => [field, Type.Optional(Type.String())])), {
    additionalProperties: false,
    description,
    examples: [example]
  })
const Links = Settings(['base_url', 'accept_url'], 'Where the links of mails lead.', {})
const Mail = Settings(['from', 'reply_to'], 'The sender of mails.', {})

const Branding = Type.Object(
  {
    color: Nullable(Type.String()),
    logo: Type.Boolean({ description: 'Whether there is one; never its bytes.' })
  },
  { additionalProperties: false, description: 'How the pages look.' }
)

export const ORGANIZATION_EVENTS = {
  'organization.created': entry({
    subjects: ['organization'],
    description: 'An organization exists; `member.joined` tells of the person with whom it begins.',
    data: { name: OrganizationName, policy: PolicyKey }
  }),
  'organization.updated': entry({
    subjects: ['organization'],
    description: 'Name, settings, looks or policy of an organization changed.',
    changes: some({
      name: changed(OrganizationName, 'Acme', 'Acme Labs'),
      external_id: changed(ExternalId, null, 'crm-4711'),
      policy: changed(PolicyKey, 'standard', 'oupi'),
      locale: changed(words(['en', 'fr'], 'Language of its mails.'), 'en', 'fr'),
      time_zone: changed(Text('UTC', 'By which its days are counted.'), 'UTC', 'Europe/Paris'),
      links: changed(Links, {}, { base_url: 'https://join.acme.test' }),
      mail: changed(Mail, {}, { from: 'Acme <team@acme.test>' }),
      metadata: changed(MetadataText, {}, { plan: 'team' }),
      branding: changed(Branding, { color: null, logo: false }, { color: '#1a5fb4', logo: true })
    })
  }),
  'organization.canceled': entry({
    subjects: ['organization'],
    description: 'The subscription has ended: nobody comes in, and nothing of the team changes.',
    data: {
      effects: Type.Array(
        words(
          ['access_blocked', 'inbound_dropped', 'workflows_stopped'],
          'What it means in your product, as the policy says.'
        ),
        { examples: [['access_blocked']] }
      ),
      ...ends
    },
    changes: { status: became('active', 'canceled') }
  }),
  'organization.restored': entry({
    subjects: ['organization'],
    description: 'A canceled organization goes on as it was.',
    changes: { status: became(['canceled', 'flagged_for_deletion'], 'active') }
  }),
  'organization.flagged_for_deletion': entry({
    subjects: ['organization'],
    description: 'A canceled organization has come to the time at which it is flagged.',
    data: ends,
    changes: { status: became('canceled', 'flagged_for_deletion') }
  }),
  'organization.deleted': entry({
    subjects: ['organization'],
    description: 'There is no such organization any more; delete what you hold of it.',
    data: { name: OrganizationName, external_id: ExternalId, policy: PolicyKey },
    changes: { status: became(['active', 'canceled', 'flagged_for_deletion'], 'deleted') }
  }),
  'export.started': entry({
    subjects: ['export'],
    description: 'Somebody asked for a file with everything that the organization holds.'
  }),
  'export.finished': entry({
    subjects: ['export'],
    description: 'The file can be downloaded for a week, or could not be built.',
    data: {
      status: words(['finished', 'failed'], 'What became of it.'),
      lines: Type.Optional(Count(1_204, 'Lines of the file.')),
      bytes: Type.Optional(Count(310_220, 'Bytes of the file.'))
    }
  })
}
