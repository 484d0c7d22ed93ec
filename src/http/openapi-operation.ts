import { STATUS_CODES } from 'node:http'
import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import type { FastifyContextConfig, FastifySchema } from 'fastify'
import { CHANNELS } from '../policy/document-shape.js'
import { oneOf } from '../schemas.js'
import { taggedStatuses } from './etag.js'
import { conditionsOf, TAG_HEADER } from './openapi-conditions.js'
import { SHARED_HEADERS } from './openapi-headers.js'
import type { RouteAccess } from './route-access.js'

/** What every route of a class has in common is said here, not at each of them. */
export function describeOperation(
  schema: FastifySchema,
  method: string,
  config: FastifyContextConfig
): FastifySchema {
  const { access, changesNothing = false, isVital = false } = config
  const tagged = taggedStatuses(method, schema, config)
  const conditions = conditionsOf(method, config, tagged)
  const writes = method !== 'GET' && !changesNothing
  const takesKey = method === 'POST' && !changesNothing
  const headers = { ...requestHeaders(access, takesKey), ...conditions.headers }
  const scope = scopeOf(access)
  const description = [schema.description ?? [], scope].flat().join('\n\n')
  return {
    ...schema,
    ...(description === '' ? {} : { description }),
    ...(Object.keys(headers).length === 0 ? {} : { headers: Type.Object(headers) }),
    security: securityOf(access),
    response: {
      ...problemResponses(schema, writes, access),
      ...(isVital ? {} : TOO_MUCH),
      ...conditions.response,
      ...ownResponses(schema, answerHeaders(takesKey, isVital), tagged)
    }
  }
}

const requestHeaders = (
  access: RouteAccess | undefined,
  takesKey: boolean
): Record<string, TSchema> => ({
  ...(access?.class === 'tenant' && access.hostOnly !== true ? ActorHeader : {}),
  ...(takesKey ? IdempotencyHeader : {})
})

const answerHeaders = (takesKey: boolean, isVital: boolean): Record<string, TSchema> => ({
  ...(takesKey ? REPLAYED : {}),
  ...(isVital ? {} : SHARED_HEADERS.counted)
})

/** Either proves the caller where a token is taken too. */
const securityOf = (access: RouteAccess | undefined) => [
  ...(needsKey(access) ? [{ apiKey: [] }] : []),
  ...(takesToken(access) ? [{ token: [] }] : [])
]

function takesToken(access: RouteAccess | undefined): boolean {
  if (access?.class === 'operator') return access.orPerson === true
  if (access?.class !== 'tenant') return false
  return access.orStranger === true || (!access.hostOnly && !access.keyOnly)
}

/** A member's own token needs it too, of the key that it was made with. */
const scopeOf = (access: RouteAccess | undefined): string[] =>
  access === undefined || access.class === 'public' ? [] : [`Scope: \`${access.scope}\`.`]

const needsKey = (access: RouteAccess | undefined) =>
  access !== undefined && access.class !== 'public'

const ActorHeader = {
  'Muster-Actor': Type.Optional(
    Type.String({
      description: 'Act on behalf of a member: `user:<user_id>` or `member:<member_id>`.',
      examples: ['user:u_olga']
    })
  ),
  'Muster-Channel': Type.Optional(
    oneOf(CHANNELS, {
      description:
        'From which kind of client the acting member calls. Left out means unknown, which is ' +
        'refused where the policy limits it.',
      examples: ['web']
    })
  ),
  'Muster-Actor-IP': Type.Optional(
    Type.String({
      description: 'The address of the acting member’s device, for the audit log.',
      examples: ['203.0.113.7']
    })
  ),
  'Muster-Actor-User-Agent': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 512,
      description: 'What the acting member’s device calls itself, for the audit log.',
      examples: ['Mozilla/5.0 (X11; Linux x86_64)']
    })
  )
}

const IdempotencyHeader = {
  'Idempotency-Key': Type.Optional(
    Type.String({
      maxLength: 255,
      description: 'Repeat the request with the same key, and it runs only once. Kept 24 hours.',
      examples: ['8e03978e-40d5-43dd-bc93-6894a57f9324']
    })
  )
}

const REPLAYED = {
  'Idempotent-Replayed': Type.Literal('true', {
    description: 'Sent when this is the answer that was given before.'
  })
}

/** What the route itself declares: its schema, under the status’s name. */
function ownResponses(
  { response, alternatives = {} }: FastifySchema,
  shared: Record<string, TSchema>,
  tagged: readonly number[]
) {
  const declared = Object.entries((response ?? {}) as Record<string, TSchema>)
  return Object.fromEntries(
    declared.map(([status, schema]) => [
      status,
      {
        description: STATUS_CODES[status] ?? status,
        ...headersOf(shared, tagged.includes(Number(status))),
        content: contentOf(schema, alternatives[Number(status)])
      }
    ])
  )
}

function headersOf(shared: Record<string, TSchema>, isTagged: boolean) {
  const headers = { ...shared, ...(isTagged ? TAG_HEADER : {}) }
  return Object.keys(headers).length === 0 ? {} : { headers }
}

function withAlternative(schema: TSchema, alternative: TSchema | undefined): TSchema {
  if (alternative === undefined) return schema
  const examples = [schema, alternative].flatMap((one) => (one['examples'] ?? []) as unknown[])
  return Type.Union([schema, alternative], { examples })
}

/** JSON, unless the route says by itself what it sends; an alternative is always JSON. */
function contentOf(schema: TSchema, alternative: TSchema | undefined): unknown {
  if (!('content' in schema)) {
    return { 'application/json': { schema: withAlternative(schema, alternative) } }
  }
  const content = schema['content'] as Record<string, { readonly schema: TSchema }>
  const { 'application/json': json, ...others } = content
  if (!json) return content
  return { 'application/json': { schema: withAlternative(json.schema, alternative) }, ...others }
}

const problem = (description: string, headers?: Record<string, TSchema>) => ({
  description,
  ...(headers === undefined ? {} : { headers }),
  content: { 'application/problem+json': { schema: Type.Ref('Problem') } }
})

const MALFORMED = { 400: problem('The request does not match what the operation takes.') }
const UNPROVEN = {
  401: problem('No valid API key or token.'),
  403: problem('The key’s scopes, or the acting member’s role, do not allow this.')
}
const HIDDEN = { 404: problem('It is not there, or not yours.') }
const REFUSED = {
  409: problem('The state of things does not allow this.'),
  422: problem('A rule does not allow this.')
}
const DEAD_LINK = {
  404: problem('There is nothing of this token.'),
  410: problem('What the token was for is over.')
}
const TOO_MUCH = {
  429: problem('Too many requests: of this caller, or at the same time.', {
    ...SHARED_HEADERS.later,
    ...SHARED_HEADERS.counted
  }),
  503: problem('Overloaded, or the database cannot be reached.', SHARED_HEADERS.later)
}
const OTHERS = { default: problem('Any other problem: branch on its `code`.') }

function problemResponses(
  { params, body }: FastifySchema,
  writes: boolean,
  access: RouteAccess | undefined
) {
  return {
    ...MALFORMED,
    ...(needsKey(access) ? UNPROVEN : {}),
    ...(params === undefined ? {} : HIDDEN),
    ...(takesLinkToken(body) ? DEAD_LINK : {}),
    ...(writes ? REFUSED : {}),
    ...OTHERS
  }
}

const takesLinkToken = (body: unknown) =>
  'token' in ((body as TObject | undefined)?.properties ?? {})

/**
 * The document as its readers mean it: what has a default need not be sent, and a choice between
 * words is one list of them.
 */
export function forReaders<T>(node: T): T {
  if (Array.isArray(node)) return node.map((item) => forReaders<unknown>(item)) as T
  if (typeof node !== 'object' || node === null) return node
  const read = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, forReaders<unknown>(value)])
  )
  if ('in' in read) return asParameter(read) as T
  return (Array.isArray(read['anyOf']) ? asChoice(read) : withoutDefaulted(read)) as T
}

type Node = Record<string, unknown>

const without = (node: Node, field: string) =>
  Object.fromEntries(Object.entries(node).filter(([key]) => key !== field))

const hasDefault = (schema: unknown) =>
  typeof schema === 'object' && schema !== null && 'default' in schema

/** The docs page would send the example of an optional one with every request. */
function asParameter(node: Node): Node {
  const required = node['required'] === true && !hasDefault(node['schema'])
  return required ? node : { ...without(node, 'example'), required }
}

function asChoice(node: Node): Node {
  const options = node['anyOf'] as Node[]
  const words = options.flatMap((option) => (option['enum'] ?? [undefined]) as unknown[])
  const isChoice = words.every((word) => typeof word === 'string')
  return isChoice ? { ...without(node, 'anyOf'), type: 'string', enum: words } : node
}

function withoutDefaulted(node: Node): Node {
  const { required, properties } = node
  if (!Array.isArray(required)) return node
  const fields = (properties ?? {}) as Node
  const left = required.filter((name) => !hasDefault(fields[String(name)]))
  return left.length === 0 ? without(node, 'required') : { ...node, required: left }
}
