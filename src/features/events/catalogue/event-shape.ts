import { OptionalKind, type TProperties, type TSchema, Type } from '@sinclair/typebox'
import { PERSONAL_FIELDS } from '../personal.js'
import type { EventEntry } from './entry.js'

/** An event of this type as schema: what it has beyond the envelope of all events. */
export function shapeOf(type: string, { subjects, data = {}, changes = {} }: EventEntry): TSchema {
  return Type.Object({
    type: Type.Literal(type),
    subject: Type.Object({ type: Type.Unsafe({ enum: [...subjects] }), id: Type.String() }),
    data: closed(data),
    changes: closed(changes)
  })
}

const closed = (fields: TProperties): TSchema =>
  Type.Object(
    Object.fromEntries(
      Object.entries(fields).map(([name, schema]) => [name, marked(name, schema)])
    ),
    { additionalProperties: false }
  )

/** What is kept apart from the rest, to be erased: the reader is told where. */
const marked = (name: string, schema: TSchema): TSchema =>
  PERSONAL_FIELDS.has(name) ? { ...schema, 'x-personal': true } : schema

/** What such an event says: the fields' own examples together, or what the entry shows instead. */
export function exampleOf({ subjects, data = {}, changes = {}, example = {} }: EventEntry) {
  return {
    subject: { type: subjects[0] ?? '' },
    data: { ...exampleOfAll(onlyRequired(data)), ...example.data },
    changes: example.changes ?? exampleOfChanges(changes)
  }
}

/** Of what changes now and then all of it, as one must have; else what always does. */
function exampleOfChanges(changes: TProperties): Record<string, unknown> {
  const always = onlyRequired(changes)
  return exampleOfAll(Object.keys(always).length === 0 ? changes : always)
}

const onlyRequired = (fields: TProperties): TProperties =>
  Object.fromEntries(Object.entries(fields).filter(([, schema]) => !(OptionalKind in schema)))

const exampleOfAll = (fields: TProperties): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [name, exampleOfSchema(schema)])
  )

/** The parts of a schema by which it shows what it is for. */
interface Showing {
  readonly examples?: readonly unknown[]
  readonly enum?: readonly unknown[]
  readonly prefixItems?: readonly TSchema[]
  readonly anyOf?: readonly TSchema[]
}

/** The one that the schema shows; of a choice the first. */
function exampleOfSchema(schema: TSchema): unknown {
  const { examples, enum: words, prefixItems, anyOf } = schema as Showing
  if (examples?.length) return examples[0]
  if (words) return words[0]
  if (prefixItems) return prefixItems.map(exampleOfSchema)
  if (anyOf?.[0]) return exampleOfSchema(anyOf[0])
  throw new Error(`a field of the catalogue shows no example: ${JSON.stringify(schema)}`)
}

/** For where an example of the whole stands beside it. */
export function withoutExamples<T>(node: T): T {
  if (Array.isArray(node)) return node.map((item) => withoutExamples<unknown>(item)) as T
  if (typeof node !== 'object' || node === null) return node
  const kept = Object.entries(node).filter(([key]) => key !== 'examples')
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutExamples<unknown>(value)])) as T
}
