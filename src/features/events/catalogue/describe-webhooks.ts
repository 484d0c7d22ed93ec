import { EventSchema } from '../schemas.js'
import { AREAS, type EventArea } from './catalogue.js'
import type { EventEntry } from './entry.js'
import { exampleOf, shapeOf, withoutExamples } from './event-shape.js'

/** By what a subject of this type is known: an id, or a key. */
const SUBJECT_IDS: Readonly<Record<string, string>> = {
  organization: 'org',
  member: 'mem',
  invitation: 'inv',
  group: 'grp',
  billing_entry: 'bil',
  export: 'exp',
  credit_request: 'crq',
  domain_claim: 'dom',
  join_request: 'jrq',
  signup_page: 'sgp',
  notice: 'ntc',
  mail_suppression: 'sup',
  api_key: 'key',
  webhook_endpoint: 'whe'
}
const SUBJECT_KEYS: Readonly<Record<string, string>> = { role: 'editor', policy: 'standard' }

const HEADERS = {
  'webhook-id': {
    description: 'The event’s id: the same however often it is sent.',
    schema: EventSchema.properties.id
  },
  'webhook-timestamp': {
    description: 'When this attempt was made, in seconds since 1970. Refuse one that is old.',
    schema: { type: 'string', pattern: '^[0-9]+$', examples: ['1795339800'] }
  },
  'webhook-signature': {
    description:
      '`v1,` and a signature by the endpoint’s secret; several, with spaces between, while a secret ' +
      'that was rotated out signs as well.',
    schema: { type: 'string', examples: ['v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='] }
  }
}

const RESPONSES = {
  '2XX': { description: 'Taken: it is not sent again.' },
  '410': { description: 'Nobody is there any more: the endpoint is disabled.' },
  default: {
    description: 'Not taken: it is sent again later, after `Retry-After` where it says so.'
  }
}

/** What the document says of the calls that Muster makes: one for each type of event. */
export function describeWebhooks() {
  const events = AREAS.flatMap((area) =>
    Object.entries(area.events).map(([type, entry]) => [
      type,
      { post: operationOf(type, entry, area) }
    ])
  )
  const parameters = Object.entries(HEADERS).map(([name, header]) => [
    name,
    { name, in: 'header', required: true, ...header }
  ])
  return {
    webhooks: Object.fromEntries(events) as Record<string, unknown>,
    parameters: Object.fromEntries(parameters) as Record<string, unknown>
  }
}

function operationOf(type: string, entry: EventEntry, area: EventArea) {
  return {
    operationId: `on${pascal(type)}`,
    summary: type,
    description: entry.description,
    tags: ['Events'],
    security: [],
    parameters: Object.keys(HEADERS).map((name) => ({ $ref: `#/components/parameters/${name}` })),
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: withoutExamples(schemaOf(type, entry)),
          example: exampleEvent(type, entry, area)
        }
      }
    },
    responses: RESPONSES
  }
}

const pascal = (type: string) =>
  type.replace(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** An event of this type, as everybody is told of it. */
export const schemaOf = (type: string, entry: EventEntry) => ({
  allOf: [{ $ref: '#/components/schemas/Event' }, shapeOf(type, entry)]
})

export function exampleEvent(type: string, entry: EventEntry, { isOfDeployment }: EventArea) {
  const [envelope] = EventSchema.examples as [Record<string, unknown>]
  const { subject, ...told } = exampleOf(entry)
  const place = isOfDeployment ? { organization_id: null, policy_version: null } : {}
  return {
    ...envelope,
    type,
    ...place,
    subject: { ...subject, id: exampleSubjectId(subject.type) },
    ...told
  }
}

function exampleSubjectId(type: string): string {
  const prefix = SUBJECT_IDS[type]
  return SUBJECT_KEYS[type] ?? `${prefix}_01jd3v8k2ffb5t0m5r6w9x7y3z`
}
