import fc, { type Arbitrary } from 'fast-check'
import type { Json } from '../helpers/openapi.js'

/** Stands for an id of the fixture until a request is sent: so what is generated is the same again. */
export const idOf = (prefix: string) => `@${prefix}`
const LIST_MAX = 3
const TEXT_MAX = 60
const SAFE = Number.MAX_SAFE_INTEGER

const FORMATS: Readonly<Record<string, Arbitrary<string>>> = {
  'date-time': fc.constantFrom(
    '2029-12-31T00:00:00.000Z',
    '2030-01-02T00:00:00Z',
    '2031-06-01T12:00:00+02:00',
    '1970-01-01T00:00:00Z'
  ),
  date: fc.constantFrom('2029-12-31', '2030-01-01', '2031-02-28'),
  mailbox: fc.stringMatching(/^[a-z]{1,12}@[a-z]{1,8}\.test$/),
  uri: fc.constant('https://acme.test/a'),
  'web-url': fc.constantFrom('https://app.acme.test/x', 'https://hooks.acme.test/muster'),
  'link-base': fc.constant('https://app.acme.test/join'),
  'time-zone': fc.constantFrom('UTC', 'Europe/Paris', 'America/New_York'),
  permission: fc.constantFrom('team.view', 'app:reports.read')
}

/** Values that a schema of the document takes: most of them, and now and then one at its limits. */
export function valuesOf(document: Json, given: Json, depth = 0): Arbitrary<unknown> {
  const schema = given.$ref ? document.components.schemas[given.$ref.split('/').at(-1)] : given
  const below = (one: Json) => valuesOf(document, one, depth + 1)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...(schema.enum as unknown[]))
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...(choices as Json[]).map(below))
  const types = [schema.type ?? 'any'].flat() as string[]
  return fc.oneof(...types.map((type) => ofType(type, schema, below, depth)))
}

function ofType(
  type: string,
  schema: Json,
  below: (one: Json) => Arbitrary<unknown>,
  depth: number
): Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return numbers(schema)
    case 'string':
      return texts(schema)
    case 'array':
      return lists(schema, below)
    case 'object':
      return objects(schema, below, depth)
    default:
      return fc.jsonValue({ maxDepth: 1 })
  }
}

function numbers({ minimum = -SAFE, maximum = SAFE }: Json): Arbitrary<number> {
  const [min, max] = [Math.max(minimum, -SAFE), Math.min(maximum, SAFE)]
  const small = fc.integer({ min, max: Math.min(max, Math.max(min, 0) + 50) })
  return fc.oneof({ weight: 5, arbitrary: small }, fc.constantFrom(min, max))
}

function texts({ pattern, format, examples = [], minLength = 0, maxLength = TEXT_MAX }: Json) {
  const [, prefix] = /^\^([a-z]{3,4})_\[0-7\]/.exec(String(pattern)) ?? []
  if (prefix !== undefined) {
    const real = { weight: 6, arbitrary: fc.constant(idOf(prefix)) }
    return fc.oneof(real, fc.stringMatching(new RegExp(String(pattern))))
  }
  const made = FORMATS[format] ?? patterned(pattern, minLength, Math.min(maxLength, TEXT_MAX))
  return (examples as string[]).length === 0 ? made : fc.oneof(fc.constantFrom(...examples), made)
}

function patterned(pattern: unknown, minLength: number, maxLength: number): Arbitrary<string> {
  const plain = fc.string({ unit: 'grapheme', minLength, maxLength })
  if (typeof pattern !== 'string') return plain
  const wanted = new RegExp(pattern, 'u')
  const fits = (text: string) =>
    text.length >= minLength && text.length <= maxLength && wanted.test(text)
  return matching(pattern).map((text) => (fits(text) ? text : 'name'))
}

/** Some patterns look ahead, of which nothing can be made: a plain word, which most of them take. */
function matching(pattern: string): Arbitrary<string> {
  return /\(\?[=!<]/.test(pattern)
    ? fc.stringMatching(/^[a-z]{3,12}$/)
    : fc.stringMatching(new RegExp(pattern))
}

const lists = (
  { minItems = 0, maxItems = LIST_MAX, uniqueItems, items = {} }: Json,
  below: (one: Json) => Arbitrary<unknown>
) => {
  const size = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, LIST_MAX)) }
  const item = below(items)
  return uniqueItems
    ? fc.uniqueArray(item, { ...size, selector: (one) => JSON.stringify(one) })
    : fc.array(item, size)
}

function objects(schema: Json, below: (one: Json) => Arbitrary<unknown>, depth: number) {
  const { properties = {}, required = [], additionalProperties: rest, patternProperties } = schema
  const fields = Object.entries<Json>(properties)
  const model = Object.fromEntries(
    fields.map(([name, one]) => [
      name,
      // Deep down only what is needed: bodies stay as small as most are.
      depth > 2 && !required.includes(name) ? fc.constant(undefined) : below(one)
    ])
  )
  const known = fc.record(model, { requiredKeys: required as never[] })
  const of = typeof rest === 'object' ? rest : Object.values<Json>(patternProperties ?? {})[0]
  if (!of || fields.length > 0) return known
  return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), below(of), { maxKeys: LIST_MAX })
}
