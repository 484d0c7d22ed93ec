import { readFile } from 'node:fs/promises'
import t from 'tap'
import { CATALOGUE } from '../../../src/features/events/catalogue/catalogue.js'
import { renderEventsPage } from '../../../src/features/events/catalogue/events-page.js'
import { EVENT_TYPES } from '../../../src/features/events/event-types.js'
import { PERSONAL_FIELDS } from '../../../src/features/events/personal.js'
import { type Json, readDocument } from '../../helpers/openapi.js'

await t.test('webhooks of the OpenAPI document', async (t) => {
  const { webhooks, components } = await readDocument()

  await t.test('are one for each type, in the shape of every event', async (t) => {
    t.same(Object.keys(webhooks), EVENT_TYPES)
    for (const [type, { post }] of Object.entries<Json>(webhooks)) {
      const { schema, example } = post.requestBody.content['application/json']
      const [envelope, own] = schema.allOf
      t.equal(envelope.$ref, '#/components/schemas/Event', type)
      t.match(own.properties.type, { const: type })
      t.equal(example.type, type)
      t.ok(own.properties.subject.properties.type.enum.includes(example.subject.type), type)
      t.equal(own.properties.data.additionalProperties, false, type)
      t.equal(own.properties.changes.additionalProperties, false, type)
    }
    const ids = Object.values<Json>(webhooks).map(({ post }) => post.operationId)
    t.equal(new Set(ids).size, EVENT_TYPES.length)
  })

  await t.test('say which headers come, and what each answer means', async (t) => {
    for (const [type, { post }] of Object.entries<Json>(webhooks)) {
      const names = post.parameters.map(
        ({ $ref }: { $ref: string }) => components.parameters[$ref.split('/').at(-1) ?? ''].name
      )
      t.same(names, ['webhook-id', 'webhook-timestamp', 'webhook-signature'], type)
      t.same(Object.keys(post.responses).toSorted(), ['2XX', '410', 'default'], type)
      t.same(post.security, [], type)
    }
  })

  await t.test('mark what is personal, and nothing else', async (t) => {
    let marked = 0
    for (const [type, { post }] of Object.entries<Json>(webhooks)) {
      const [, own] = post.requestBody.content['application/json'].schema.allOf
      const { data, changes } = own.properties
      for (const part of [data, changes]) {
        for (const [name, field] of Object.entries<Json>(part.properties ?? {})) {
          t.equal(field['x-personal'] === true, PERSONAL_FIELDS.has(name), `${type} ${name}`)
          marked += field['x-personal'] ? 1 : 0
        }
      }
    }
    t.ok(marked > 50)
  })
})

await t.test('docs/events.md', async (t) => {
  const committed = await readFile(new URL('../../../docs/events.md', import.meta.url), 'utf8')

  await t.test('is what the catalogue says', async (t) => {
    t.ok(committed === renderEventsPage(), 'else: npm run openapi')
  })

  await t.test('has a line for each type, with all of its fields', async (t) => {
    const lines = new Map(
      [...committed.matchAll(/^\| `([a-z_.]+)` \|(.*)\|$/gm)].map(([, type, rest]) => [type, rest])
    )
    t.same([...lines.keys()].toSorted(), EVENT_TYPES.toSorted())
    for (const [type, { description, data = {}, changes = {} }] of Object.entries(CATALOGUE)) {
      const line = lines.get(type) ?? ''
      t.ok(line.includes(description), type)
      for (const name of Object.keys({ ...data, ...changes })) {
        t.ok(line.includes(`\`${name}\`${PERSONAL_FIELDS.has(name) ? '†' : ''}`), `${type} ${name}`)
      }
    }
  })
})
