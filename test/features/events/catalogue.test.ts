import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import t from 'tap'
import { runCommand } from '../../../src/command.js'
import { SYSTEM } from '../../../src/context.js'
import { appendEvents } from '../../../src/features/events/append-events.js'
import {
  AREAS,
  CATALOGUE,
  type EventArea
} from '../../../src/features/events/catalogue/catalogue.js'
import { exampleEvent } from '../../../src/features/events/catalogue/describe-webhooks.js'
import type { EventEntry } from '../../../src/features/events/catalogue/entry.js'
import { MEMBER_EVENTS } from '../../../src/features/events/catalogue/members.js'
import { EVENT_TYPES } from '../../../src/features/events/event-types.js'
import { PERSONAL_FIELDS } from '../../../src/features/events/personal.js'
import { createTestApp } from '../../helpers/app.js'
import { findMisfits, misfitsOf } from '../../helpers/event-catalogue.js'

const ENTRIES = Object.entries<EventEntry>(CATALOGUE)

/** Keys, words of a policy or a plan, domains, addresses of servers: all the text that is nobody's. */
const OF_NOBODY = [
  'allowed_domains',
  'allowed_findings',
  'branding',
  'currency',
  'domain',
  'entitlements',
  'event_types',
  'former_becomes',
  'key',
  'kind',
  'label',
  'links',
  'mode',
  'period',
  'permission',
  'permissions',
  'plan',
  'policy',
  'role',
  'scopes',
  'subject',
  'time_zone',
  'url'
]

/** Anywhere in it any text may stand: what is bounded otherwise is an id, an instant or a word. */
function holdsText(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  const { type, enum: words, const: word, pattern, format, ...rest } = schema as Node
  const isBounded = [words, word, pattern, format].some((bound) => bound !== undefined)
  const isText = type === 'string' || (Array.isArray(type) && type.includes('string'))
  return (isText && !isBounded) || Object.values(rest).some(holdsText)
}
type Node = Readonly<Record<string, unknown>>

await t.test('the catalogue', async (t) => {
  await t.test('has every type in one area', async (t) => {
    const listed = AREAS.flatMap(({ events }) => Object.keys(events))
    t.same(listed.toSorted(), EVENT_TYPES.toSorted())
    for (const type of listed) t.match(type, /^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/)
  })

  await t.test('says of each in a line when it happens, and shows one', async (t) => {
    for (const { events, ...area } of AREAS) {
      for (const [type, entry] of Object.entries(events)) {
        t.match(entry.description, /^[A-Z`][^|\n]{10,}\.$/, type)
        t.same(misfitsOf(exampleEvent(type, entry, { ...area, events })), [], type)
      }
    }
  })

  await t.test('has no text in which a person could be named but where that is personal', (t) => {
    const texts = ENTRIES.flatMap(([, { data = {}, changes = {} }]) =>
      Object.entries({ ...data, ...changes })
        .filter(([name, schema]) => !PERSONAL_FIELDS.has(name) && holdsText(schema))
        .map(([name]) => name)
    )
    t.same([...new Set(texts)].toSorted(), OF_NOBODY)
    t.end()
  })
})

await t.test('an event that is not as catalogued', async (t) => {
  const area: EventArea = { title: 'Members', events: MEMBER_EVENTS }
  const good = exampleEvent('member.suspended', MEMBER_EVENTS['member.suspended'], area)

  await t.test('is told with its type, where it differs and how', async (t) => {
    t.same(misfitsOf(good), [])
    const faults: [object, RegExp][] = [
      [{ type: 'member.lost' }, /^member\.lost is not in the catalogue$/],
      [{ subject: { type: 'group', id: 'grp_1' } }, /^member\.suspended \/subject\/type /],
      [{ data: { ...good.data, phone: '1' } }, /^member\.suspended \/data .*phone/],
      [{ data: { ...good.data, email: undefined } }, /^member\.suspended \/data .*email/],
      [{ data: { ...good.data, sessions: 'keep' } }, /^member\.suspended \/data\/sessions /],
      [{ changes: {} }, /^member\.suspended \/changes .*status/],
      [{ changes: { status: ['invited', 'suspended'] } }, /\/changes\/status\/0 /],
      [{ changes: { status: ['active', 'suspended', 'removed'] } }, /\/changes\/status /],
      [{ actor: null }, /\/actor /]
    ]
    for (const [other, fault] of faults) {
      const [first = ''] = misfitsOf(JSON.parse(JSON.stringify({ ...good, ...other })))
      t.match(first, fault)
    }
  })

  await t.test('is found among those of a database, where nobody says it is made up', async (t) => {
    const { deps, clock, organization } = await createTestApp(t, { eventsByHand: true })
    const { id: organizationId } = await organization()
    t.same(await findMisfits(deps.db), [])
    const ctx = { actor: SYSTEM, now: clock.now, requestId: null, locale: 'en' } as const
    const subject = { type: 'organization', id: organizationId } as const
    await runCommand(deps, ctx, async (tx) => {
      appendEvents(tx, ctx, { organizationId, retention: null }, [
        { type: 'organization.updated', subject, changes: { name: ['Acme', 4] } }
      ])
    })
    t.match(await findMisfits(deps.db), [/^organization\.updated \/changes\/name\/1 /])
  })
})

await t.test('every type of the catalogue is appended somewhere', async (t) => {
  const sources = readdirSync('src/features', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('events/'))
    .map((path) => ({ folder: dirname(path), text: readFileSync(`src/features/${path}`, 'utf8') }))
  const emitters = sources.filter(({ text }) => text.includes("events/append-events.js'"))

  /** By its whole name, or by a template whose other half is a word of the same feature. */
  const isAppended = (type: string) => {
    const [noun = '', verb = ''] = type.split('.')
    const isWord = ({ folder }: { folder: string }) =>
      sources.some((one) => one.folder === folder && one.text.includes(`'${verb}'`))
    return emitters.some(
      (file) =>
        file.text.includes(`'${type}'`) || (file.text.includes(`\`${noun}.\${`) && isWord(file))
    )
  }

  t.ok(emitters.length > 50)
  t.same(
    EVENT_TYPES.filter((type) => !isAppended(type)),
    [],
    'what nothing appends is not in it'
  )
  t.notOk(isAppended('member.lost'))
  t.notOk(isAppended('credit_request.lost'))
})
