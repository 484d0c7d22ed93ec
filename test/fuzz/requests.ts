import fc, { type Arbitrary } from 'fast-check'
import type { Json, Operation } from '../helpers/openapi.js'
import { absurdBody, odd, spoiled, weirdHeaders } from './spoil.js'
import { idOf, valuesOf } from './values.js'

/** A request, with ids that stand for those of the fixture. */
export interface Sketch {
  readonly kind: 'valid' | 'near' | 'absurd'
  readonly path: Readonly<Record<string, string>>
  readonly query: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

/** Nobody has time to wait for events. */
const NEVER_LONG: Readonly<Record<string, Json>> = {
  wait: { type: 'integer', minimum: 0, maximum: 0 }
}
const JSON_TYPE = { 'content-type': 'application/json' }
const OTHER_TYPES = [
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'multipart/form-data',
  'application/x-www-form-urlencoded',
  'x'
] as const

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value)

/** What may be asked of an operation: half of it as it should be. */
export function requestsOf(document: Json, { operation }: Operation): Arbitrary<Sketch> {
  const parameters = (operation.parameters ?? []) as Json[]
  const inPath = parameters.filter((one) => one.in === 'path')
  const inQuery = parameters.filter((one) => one.in === 'query')
  const schema = operation.requestBody?.content['application/json'].schema
  const example = operation.requestBody?.content['application/json'].example
  const made = schema === undefined ? fc.constant(undefined) : valuesOf(document, schema)
  const body = example === undefined ? made : fc.oneof(made, fc.constant(placeholders(example)))
  return fc
    .record({
      path: fc.record(
        Object.fromEntries(inPath.map(({ name, schema: one }) => [name, pathText(name, one)]))
      ),
      query: fc.record(
        Object.fromEntries(
          inQuery.map(({ name, schema: one }) => [
            name,
            valuesOf(document, NEVER_LONG[name] ?? one).map(textOf)
          ])
        ),
        {
          requiredKeys: inQuery
            .filter((one) => one.required)
            .map(({ name }) => String(name)) as never[]
        }
      ),
      body
    })
    .chain(({ path, query, body: value }) => {
      const valid: Sketch = {
        kind: 'valid',
        path,
        query: Object.entries(query),
        headers: value === undefined ? {} : JSON_TYPE,
        body: value === undefined ? undefined : toBytes(value)
      }
      const near = spoilOne(valid, value)
      const absurd = absurdly(valid)
      return fc.oneof(
        { weight: 4, arbitrary: fc.constant(valid) },
        { weight: 3, arbitrary: near },
        { weight: 1, arbitrary: absurd }
      )
    })
}

const toBytes = (value: unknown) => Buffer.from(JSON.stringify(value))

/** The ids of an example stand for none that there is: those of the fixture take their place. */
function placeholders(example: unknown): unknown {
  const text = JSON.stringify(example, (_name, value: unknown) => {
    const [, prefix] = /^([a-z]{3,4})_[0-7][0-9a-hjkmnp-tv-z]{25}$/.exec(String(value)) ?? []
    return typeof value === 'string' && prefix !== undefined ? idOf(prefix) : value
  })
  return JSON.parse(text)
}

/** Mostly what there is. */
function pathText(name: string, schema: Json): Arbitrary<string> {
  const real = { weight: 8, arbitrary: fc.constant(`@${name}`) }
  const other = fc.oneof(
    fc.constantFrom('x', '0', '..', '%2e', 'mem_x'),
    valuesOf({}, schema).map(textOf)
  )
  return fc.oneof(real, other)
}

/** One thing is wrong: in the body, in the query, in a header, in the path. */
function spoilOne(valid: Sketch, value: unknown): Arbitrary<Sketch> {
  const near = { ...valid, kind: 'near' as const }
  const inBody = spoiled(value ?? {}).map(
    (body): Sketch => ({
      ...near,
      headers: JSON_TYPE,
      body: body === undefined ? undefined : toBytes(body)
    })
  )
  const names = ['limit', 'cursor', 'x', '__proto__', ...valid.query.map(([name]) => name)]
  const inQuery = fc
    .tuple(fc.constantFrom(...names), odd)
    .map(([name, one]): Sketch => ({ ...near, query: [...valid.query, [name, textOf(one)]] }))
  const inHeaders = weirdHeaders.map(
    (headers): Sketch => ({
      ...near,
      headers: { ...valid.headers, ...headers }
    })
  )
  const inType = fc.constantFrom(...OTHER_TYPES).map(
    (type): Sketch => ({
      ...near,
      headers: { 'content-type': type },
      body: valid.body ?? Buffer.from('{}')
    })
  )
  return fc.oneof({ weight: 3, arbitrary: inBody }, inQuery, inHeaders, inType)
}

function absurdly(valid: Sketch): Arbitrary<Sketch> {
  const absurd = { ...valid, kind: 'absurd' as const }
  const bodies = absurdBody.map((body): Sketch => ({ ...absurd, headers: JSON_TYPE, body }))
  const paths = fc.record(
    Object.fromEntries(Object.keys(valid.path).map((name) => [name, odd.map(textOf)]))
  )
  return fc.oneof(
    bodies,
    fc.tuple(paths, weirdHeaders).map(
      ([path, headers]): Sketch => ({
        ...absurd,
        path,
        headers: { ...valid.headers, ...headers }
      })
    )
  )
}
