import { OptionalKind, type TProperties, type TSchema } from '@sinclair/typebox'
import { ERASED, PERSONAL_FIELDS } from '../personal.js'
import { AREAS, type EventArea } from './catalogue.js'
import { exampleEvent } from './describe-webhooks.js'
import type { EventEntry } from './entry.js'
import { MEMBER_EVENTS } from './members.js'

const SHOWN = 'member.joined'

const INTRO = `# Events

What happens in Muster is told as events: in the audit log of an organization (\`GET {o}/events\`), in the
feed (\`GET /v1/events\`), by webhooks and in exports, everywhere in the same shape. This page is made
from the catalogue by \`muster openapi\`, as is \`webhooks\` in \`openapi/openapi.json\`, which has every field's
type and meaning.

## What an event is

\`\`\`json
${exampleText()}
\`\`\`

- \`type\` says what happened, \`subject\` to what, \`actor\` by whom: an \`api_key\` (you), a \`member\` or \`user\` on whose
  behalf you called, or the \`system\`, such as when time has come. \`actor.name\` is what they were called then.
- \`data\` is what you need to act on it. \`changes\` has before and after of every field that changed; what was
  not there before is null.
- \`organization_id\` is null for what concerns the deployment as a whole. \`policy_version\` is the version of the
  organization's policy that held.
- \`request_id\` is the call that did it, and \`origin\` whence a person called; null where there is none.
- \`api_key_id\` is the key by which it was done: the actor itself, or the one that a member or a person came by, also
  with a token that was made with it. Null: no key, or an event from before this was noted.
- More types will come, and types that there are will tell more: pass over what you do not know.

## What you can rely on

- **Nothing is told that has not happened.** An event is written in the transaction of what it tells. What changes
  nothing leaves none.
- **Everything is told at least once.** An answer of yours may get lost, and then the event comes again: under the
  same \`id\`, which is the header \`webhook-id\` as well. Keep the ids that you have taken, and pass over what comes
  twice.
- **There is one order.** The feed and the log have it, without gaps. Webhooks may come in another, as one that
  failed is tried again while others go on; an endpoint that is \`ordered\` gets those of an organization in turn.
- **Events stay as they are.** None is changed, but what names a person goes when the person is erased (below),
  and the whole event when its time is over, as the policy says.
- **Whoever sends is known by the signature.** Webhooks are signed by [Standard Webhooks](https://www.standardwebhooks.com):
  use one of its libraries, on the body as it came. Answer any 2xx within 15 seconds. Anything else is tried
  again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h; \`410\` disables the endpoint.

## Reading the feed

\`GET /v1/events\` tells the events of all organizations that your key reaches, oldest first. Keep \`next_cursor\` together
with what you made of the events, and go on from it: it is in every answer, also in one without events, and stays
valid for good. With \`wait=30\` an answer without events comes only after that time, and one with events about
100 ms after the commit. \`has_more\` says that you can ask again at once, which with a rare type may be so although
\`data\` is empty. \`start=latest\` gives the cursor for what is yet to come; a 503 there means: try again shortly.

What is committed late is never passed over: the feed goes no further than where nothing can appear any more. So a
transaction that stays open for long, anywhere on the database server, delays what comes after it. After a backup
has been restored, cursors may be beyond the end: \`select setval('event_positions', …)\` to more than you have seen,
or begin at \`oldest\` and pass over the ids that you have.

## Files of the log

\`GET {o}/events\` with \`Accept: application/x-ndjson\` or \`text/csv\` is one file, oldest first, of whatever the filters
leave, without \`limit\` and \`cursor\`. One that could not be finished ends with a broken connection. In CSV a cell that
begins with \`= + - @\`, a tab or a carriage return has a \`'\` before it, as spreadsheets would run it.

Send \`Muster-Actor-IP\` and \`Muster-Actor-User-Agent\` beside \`Muster-Actor\`, and \`origin\` tells from where the person acted.

## What is personal

Fields marked † name a person, or are what people wrote. So are \`actor.name\`, \`origin\`, and \`actor.id\` where
the actor is a \`user\`. They are kept apart from the rest of the event. Once a person is erased, \`${ERASED}\` stands
where they were named, or null; ids of Muster's own stay. \`user.erased\` asks you to do the same. In the
OpenAPI document these fields have \`x-personal: true\`.
`

function exampleText(): string {
  const area: EventArea = { title: '', events: MEMBER_EVENTS }
  return JSON.stringify(exampleEvent(SHOWN, MEMBER_EVENTS[SHOWN], area), null, 2)
}

/** `docs/events.md`: what each type of event tells. */
export const renderEventsPage = (): string => [INTRO, LEGEND, ...AREAS.map(renderArea)].join('\n')

const LEGEND = `## Types

A field with ? is not always there; of \`changes\` it is there when it changed.
`

function renderArea({ title, events, isOfDeployment, note }: EventArea): string {
  const rows = Object.entries(events).map(([type, entry]) => renderRow(type, entry))
  const ofDeployment = isOfDeployment ? ['They belong to no organization.', ''] : []
  return [
    `### ${title}`,
    '',
    ...(note === undefined ? [] : [note, '']),
    ...ofDeployment,
    '| type | when | subject | data | changes |',
    '|---|---|---|---|---|',
    ...rows,
    ''
  ].join('\n')
}

function renderRow(type: string, { description, subjects, data, changes }: EventEntry): string {
  const subject = subjects.map((one) => `\`${one}\``).join(' or ')
  const cells = [`\`${type}\``, description, subject, renderFields(data), renderFields(changes)]
  return `| ${cells.join(' | ')} |`
}

const renderFields = (fields: TProperties = {}): string =>
  Object.entries(fields)
    .map(([name, schema]) => `\`${name}\`${marksOf(name, schema)}${wayOf(schema)}`)
    .join(', ')

const marksOf = (name: string, schema: TSchema) =>
  `${PERSONAL_FIELDS.has(name) ? '†' : ''}${OptionalKind in schema ? '?' : ''}`

/** From which words to which, where there are not many. */
function wayOf(schema: TSchema): string {
  const steps = schema['prefixItems'] as { readonly enum: readonly (string | null)[] }[] | undefined
  if (!steps) return ''
  return `: ${steps.map((step) => step.enum.map((word) => `\`${word}\``).join('/')).join(' → ')}`
}
