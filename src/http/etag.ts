import { createHash } from 'node:crypto'
import type { TSchema } from '@sinclair/typebox'
import type {
  FastifyContextConfig,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchema,
  RouteOptions
} from 'fastify'
import type { OrgContext, Precondition } from '../context.js'
import type { Tx } from '../db/client.js'
import type { Deps } from '../deps.js'
import { invalidRequest, notFound, Problem } from '../errors.js'
import type { Single, Told } from '../single.js'
import { contextOf, orgContext, withPrecondition } from './access.js'
import { preconditionFailed } from './errors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route tells or changes, where that has a GET of its own. */
    single?: Single
    /** In the same shape it answers with what it did just now, not with what its GET tells then. */
    tellsOtherwise?: true
  }
}

/** A tenant's resource, for the handler of its GET. */
export const tellSingle = <P, B extends Told>(
  deps: Deps,
  request: FastifyRequest & { readonly params: P },
  single: Single<OrgContext, P, B>
): Promise<B> =>
  single.tell({ deps, db: deps.db, ctx: orgContext(request), params: request.params })

const isRead = (method: string) => method === 'GET' || method === 'HEAD'

/** Whether what is said by `If-Match` is held against something. */
export const takesPrecondition = (method: string, { single }: FastifyContextConfig): boolean =>
  !isRead(method) && single !== undefined

/** Under which statuses a route answers with what has a tag: that of the GET of the same resource. */
export function taggedStatuses(
  method: string,
  { response }: FastifySchema,
  { single, tellsOtherwise }: FastifyContextConfig
): number[] {
  const declared = Object.entries((response ?? {}) as Record<string, TSchema>)
  if (isRead(method)) {
    return declared.filter(([status, one]) => status === '200' && isOne(one)).map(toStatus)
  }
  // What is gone has no tag any more.
  if (single === undefined || tellsOtherwise || method === 'DELETE') return []
  return declared.filter(([, one]) => isSame(one, single.schema)).map(toStatus)
}

const toStatus = ([status]: readonly [string, TSchema]) => Number(status)

/** Neither a page of many nor a file. */
function isOne(schema: TSchema): boolean {
  const fields = (schema['properties'] ?? {}) as Record<string, unknown>
  return !('content' in schema) && !('has_more' in fields)
}

const isSame = (one: TSchema, other: TSchema) =>
  one['$ref'] !== undefined && one['$ref'] === other['$ref']

/** Of SHA-256 in base64url: 162 bits. */
const TAG_LENGTH = 27
/** As RFC 9110 writes them. A weak one, `W/"…"`, stands for what is only about the same. */
const TAG = /(?:W\/)?"[\x21\x23-\x7e]*"/
const TAGS = new RegExp(`^(?:\\*|${TAG.source}(?:[ \\t]*,[ \\t]*${TAG.source})*)$`)

/** Strong: the same if and only if what is told is the same, byte for byte. */
const tagOf = (told: string): string =>
  `"${createHash('sha256').update(told).digest('base64url').slice(0, TAG_LENGTH)}"`

/**
 * Every GET of one resource tells its tag and takes `If-None-Match`; whatever changes a resource that
 * has a GET takes `If-Match`. A route that forgets to say what it changes keeps Muster from starting.
 */
export function registerTags(app: FastifyInstance, deps: Deps): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/v1/')) return
    routes.push(route)
    const { method, schema = {}, config = {} } = route
    const tagged = taggedStatuses(String(method), schema, config)
    if (tagged.length > 0) route.onSend = [sendTag(tagged), ...listOf(route.onSend)]
    if (isRead(String(method))) return
    route.preHandler = [...listOf(route.preHandler), readIfMatch(deps, config)]
  })
  app.addHook('onReady', (done) => {
    done(findUndeclared(routes))
  })
}

const listOf = <T>(hooks: T | T[] | undefined): T[] =>
  hooks === undefined ? [] : Array.isArray(hooks) ? hooks : [hooks]

/** Of all that changes what can be got, the first that does not say so as its GET does. */
function findUndeclared(routes: readonly RouteOptions[]): Error | undefined {
  const gets = new Map<string, FastifyContextConfig>()
  for (const { method, url, schema = {}, config = {} } of routes) {
    if (method === 'GET' && taggedStatuses('GET', schema, config).length > 0) gets.set(url, config)
  }
  const faulty = routes.find(({ method, url, config = {} }) => {
    const get = gets.get(url)
    if (!get || !['PUT', 'PATCH', 'DELETE'].includes(String(method))) return false
    return config.single === undefined || config.single !== get.single
  })
  return faulty && new Error(`${String(faulty.method)} ${faulty.url} declares another single`)
}

type Done = (error?: Error) => void
type Sent = (error: Error | null, payload: unknown) => void

const sendTag =
  (statuses: readonly number[]) =>
  (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Sent) => {
    if (typeof payload !== 'string' || !statuses.includes(reply.statusCode)) {
      done(null, payload)
      return
    }
    const tag = tagOf(payload)
    void reply.header('etag', tag)
    const isKnown = isRead(request.method) && isAmong(tag, request.headers['if-none-match'])
    if (isKnown) void reply.code(304).removeHeader('content-type')
    done(null, isKnown ? null : payload)
  }

/** Compared weakly: what is asked is only whether it has to be sent. Nonsense names nothing. */
function isAmong(tag: string, header: string | undefined): boolean {
  const tags = header === undefined ? [] : (parseTags(header) ?? [])
  return tags === '*' || tags.some((one) => one.replace(/^W\//, '') === tag)
}

/** Undefined: it is neither `*` nor a list of tags. */
function parseTags(header: string): '*' | string[] | undefined {
  if (!TAGS.test(header)) return undefined
  return header === '*' ? '*' : (header.match(new RegExp(TAG, 'g')) ?? [])
}

/** What is said is held against the resource, or refused: it is never overheard. */
const readIfMatch =
  (deps: Deps, { single }: FastifyContextConfig) =>
  (request: FastifyRequest, reply: FastifyReply, done: Done) => {
    const header = request.headers['if-match']
    if (header === undefined) {
      done()
      return
    }
    const tags = parseTags(header)
    if (single && tags) {
      withPrecondition(request, createPrecondition({ deps, request, reply, single, tags }))
      done()
      return
    }
    const detail = single ? 'must be * or a list of "tags"' : 'means nothing to this operation'
    done(invalidRequest({ errors: [{ pointer: 'header:/If-Match', detail }] }))
  }

interface Held {
  readonly deps: Deps
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly single: Single
  readonly tags: '*' | readonly string[]
}

/** Compared strongly, so that a weak tag is none. */
function createPrecondition({ deps, request, reply, single, tags }: Held): Precondition {
  const held = new WeakSet<Tx>()
  return {
    isHeld: (tx) => held.has(tx),
    async hold(tx, policy) {
      if (held.has(tx)) return
      held.add(tx)
      const ctx = { ...contextOf(request), ...(policy === undefined ? {} : { policy }) }
      const told = await tellIfThere(single, { deps, db: tx, ctx, params: request.params })
      const isMet =
        told !== undefined &&
        (tags === '*' || tags.includes(tagOf(reply.serializeInput(told, single.schema))))
      if (!isMet) throw preconditionFailed()
    }
  }
}

/** Undefined: there is none, which is a failed precondition where the operation would make it. */
async function tellIfThere(single: Single, look: Parameters<Single['tell']>[0]) {
  try {
    return await single.tell(look)
  } catch (error) {
    const isMissing =
      error instanceof Problem && error.definition.code === notFound().definition.code
    if (single.isMadeByPut && isMissing) return undefined
    throw error
  }
}
