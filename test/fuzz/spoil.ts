import fc, { type Arbitrary } from 'fast-check'

/** What no field expects. */
const ODD = [
  null,
  true,
  '',
  '\0',
  '\ud800',
  'a\udfffb',
  '\u202egnp.exe',
  '👩‍👩‍👧‍👦'.repeat(20),
  'é'.normalize('NFD').repeat(300),
  'a'.repeat(5_000),
  "'; drop table members; --",
  '${7*7}{{7*7}}',
  '../../etc/passwd',
  -1,
  0,
  1.5,
  2 ** 53,
  -(2 ** 63),
  1e308,
  [],
  {},
  [[[[]]]],
  'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
  'org_8zzzzzzzzzzzzzzzzzzzzzzzzz',
  '9999-12-31T23:59:59.999Z',
  '2030-02-30T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  'P99999999D'
] as const
const NAMES = ['__proto__', 'constructor', 'toString', '', 'x', 'a/b~c', '\0', 'é'] as const

export const odd: Arbitrary<unknown> = fc.constantFrom<unknown>(...ODD)

type Path = readonly (string | number)[]

function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...entries.flatMap(([key, one]) => pathsIn(one, [...path, key]))]
}

/** A copy that differs in one place. */
function change(value: unknown, path: Path, how: (node: unknown) => unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return how(value)
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }
  Reflect.set(copy, step, change(Reflect.get(copy, step), rest, how))
  return copy
}

/** Takes a field away; of a list an item. */
function without(value: unknown, path: Path): unknown {
  const last = path.at(-1)
  if (last === undefined) return undefined
  return change(value, path.slice(0, -1), (node) =>
    Array.isArray(node)
      ? node.filter((_one, index) => index !== last)
      : Object.fromEntries(Object.entries(node as object).filter(([key]) => key !== last))
  )
}

/** JSON keeps what an object literal would take for its prototype. */
function withExtra(node: unknown, name: string, value: unknown): unknown {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return value
  return Object.fromEntries([...Object.entries(node), [name, value]])
}

/** The same value with one thing wrong, or off by one. */
export function spoiled(value: unknown): Arbitrary<unknown> {
  const paths = pathsIn(value)
  const path = fc.constantFrom(...paths)
  return fc.oneof(
    fc.tuple(path, odd).map(([at, one]) => change(value, at, () => one)),
    path.map((at) => without(value, at)),
    fc
      .tuple(path, fc.constantFrom(...NAMES), odd)
      .map(([at, name, one]) => change(value, at, (node) => withExtra(node, name, one))),
    fc
      .tuple(path, fc.constantFrom(-1, 1))
      .map(([at, by]) => change(value, at, (node) => off(node, by)))
  )
}

const off = (node: unknown, by: number): unknown => {
  if (typeof node === 'number') return node + by
  if (typeof node === 'string') return by < 0 ? node.slice(1) : `${node}x`
  return Array.isArray(node) ? [...(node as unknown[]), ...(node as unknown[])] : [node]
}

/** Bodies that are no JSON, or more of it than anybody means. */
export const absurdBody: Arbitrary<Buffer> = fc.oneof(
  fc
    .constantFrom(
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{"a":1,"a":2}',
      '\ufeff{}',
      '{"a":\u0000}',
      'NaN',
      '1e999'
    )
    .map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(3_000, 60_000).map((depth) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))),
  fc
    .constantFrom(3_000, 60_000)
    .map((depth) => Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)),
  fc.constant(Buffer.from(JSON.stringify({ name: 'x'.repeat(1_100_000) }))),
  fc.constant(
    Buffer.from(
      JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, n])))
    )
  )
)

const HEADER_TEXT = fc.constantFrom(
  '',
  '*',
  '"',
  '"x", W/"y", *',
  ',,,;q=,;;',
  'x'.repeat(3_000),
  '\u00e9\u00ff',
  'user:',
  'user:u_1',
  'member:mem_x',
  'text/csv;q=9, application/x-ndjson;q=-1',
  'gzip, identity;q=0',
  '-1',
  'bytes=0-1,5-'
)
const HEADER_NAMES = [
  'accept',
  'accept-language',
  'accept-encoding',
  'if-match',
  'if-none-match',
  'idempotency-key',
  'muster-actor',
  'muster-channel',
  'muster-actor-ip',
  'muster-actor-user-agent',
  'x-request-id',
  'x-forwarded-for',
  'traceparent',
  'range',
  'origin',
  'cookie'
] as const

/** One or two headers that few clients would send. */
export const weirdHeaders: Arbitrary<Record<string, string>> = fc
  .array(fc.tuple(fc.constantFrom(...HEADER_NAMES), HEADER_TEXT), { minLength: 1, maxLength: 2 })
  .map((pairs) => Object.fromEntries(pairs))
