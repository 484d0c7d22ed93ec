import type { Test } from 'tap'
import { type Answer, type CallOptions, START, type TestApp, type TestOptions } from './app.js'
import { type Json, operationsOf, readDocument } from './openapi.js'
import { appWithRoutes, nameOf, type Target } from './routes.js'
import {
  type Ids,
  openPolicy,
  type Tenant,
  tenantWithEverything
} from './tenant-with-everything.js'
import { BY_SECRET } from './tokens.js'

/** Two organizations with one of everything each, and a key for one of them. */
export interface World {
  readonly app: TestApp
  readonly routes: readonly Target[]
  readonly victim: Tenant
  readonly own: Tenant
  /** May do everything, in `own`. */
  readonly ownKey: string
  /** An example of every body, by operationId. */
  readonly bodies: ReadonlyMap<string, unknown>
}

/** Somebody who calls: a kind of caller is one entry. */
export interface Caller {
  readonly name: string
  readonly options: CallOptions
}

export async function openWorld(t: Test, options: TestOptions = {}): Promise<World> {
  const environment = { ...BY_SECRET, ...options.environment }
  const { app, routes } = await appWithRoutes(t, { ...options, environment })
  const policy = await openPolicy(app, permissionsOf(routes))
  const victim = await tenantWithEverything(app, 'victim', policy)
  const own = await tenantWithEverything(app, 'own', policy)
  const { key: ownKey } = await app.apiKey({ organization_ids: [own.id] })
  const document = await readDocument()
  const bodies = new Map(
    operationsOf(document).flatMap(({ operation }) =>
      operation.requestBody ? [[String(operation.operationId), exampleOf(document, operation)]] : []
    )
  )
  return { app, routes, victim, own, ownKey, bodies }
}

/** Every permission that some route asks for. */
export const permissionsOf = (routes: readonly Target[]): string[] => [
  ...new Set(
    routes.flatMap(({ access }) =>
      access.class === 'tenant' && access.permission !== null ? [access.permission] : []
    )
  )
]

/** The document shows one wherever there is a body: a test holds it to that. */
function exampleOf(document: Json, { operationId, requestBody }: Json): unknown {
  const { schema, example, examples = {} } = requestBody.content['application/json']
  const named = Object.values<Json>(examples).map(({ value }) => value)
  const { examples: told = [] } = schema.$ref
    ? document.components.schemas[schema.$ref.split('/').at(-1)]
    : schema
  const [first] = [...(example === undefined ? [] : [example]), ...named, ...told]
  if (first === undefined) throw new Error(`${operationId} shows no body`)
  return first
}

/** What of a path is neither an id nor a secret. */
const WORDS: Ids = {
  code: 'not_found',
  queueName: 'muster',
  jobId: '1',
  mail_id: 'mail_01jd3v8k2ffb5t0m5r6w9x7y3z',
  '*': 'index.css'
}
/** Paths of more than one feature call a token the same. */
const TOKENS: readonly (readonly [string, string])[] = [['/domains/', 'domain_token']]

/** The path with its ids. A parameter that nobody knows fails the walk. */
export function pathOf(target: Target, ids: Ids): string {
  return target.path.replace(/\{([^}]+)\}/g, (_whole, name: string) => {
    const [, token] = TOKENS.find(([start]) => target.path.startsWith(start)) ?? []
    const value = ids[name === 'token' && token ? token : name] ?? WORDS[name]
    if (value === undefined) throw new Error(`${nameOf(target)}: what is a ${name}?`)
    return encodeURIComponent(value)
  })
}

const ID = /^([a-z]{3,4})_[0-7][0-9a-hjkmnp-tv-z]{25}$/

/** A body that the operation takes, with these ids in place of those of the example. */
export function bodyOf({ bodies }: World, { operationId, method }: Target, ids: Ids): unknown {
  const example = operationId === undefined ? undefined : bodies.get(operationId)
  if (example === undefined) return operationId !== undefined && method === 'POST' ? {} : undefined
  const byKind = new Map(Object.values(ids).map((id) => [ID.exec(id)?.[1] ?? '', id]))
  const text = JSON.stringify(example, (name, value: unknown) => {
    if (typeof value !== 'string') return value
    if (/^\d{4}-\d\d-\d\dT/.test(value)) return START.toISOString()
    return name === 'token' ? ids['token'] : (byKind.get(ID.exec(value)?.[1] ?? 'none') ?? value)
  })
  return JSON.parse(text)
}

/** As somebody, about these ids. Pages take forms. */
export function ask(world: World, target: Target, ids: Ids, who: Caller): Promise<Answer> {
  const body = bodyOf(world, target, ids)
  const isForm = target.method === 'POST' && target.operationId === undefined
  const headers = isForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
  return world.app.call(target.method, pathOf(target, ids), {
    ...who.options,
    headers: { ...headers, ...who.options.headers },
    ...(isForm ? { body: 'name=x' } : body === undefined ? {} : { body })
  })
}

/** `404 not_found`; of what is no problem the status alone. */
export const verdictOf = ({ status, body }: Answer): string =>
  [status, ...(typeof body?.code === 'string' ? [body.code as string] : [])].join(' ')

/** Of these ids those that a request would say. */
export function saidIn(world: World, target: Target, ids: Ids): Ids {
  const request = pathOf(target, ids) + JSON.stringify(bodyOf(world, target, ids) ?? {})
  return Object.fromEntries(
    Object.entries(ids).filter(
      ([, id]) => request.includes(encodeURIComponent(id)) || request.includes(id)
    )
  )
}

/** All that an answer tells, but for the request’s own id and what the request itself has said. */
export function toldBy({ status, headers, body }: Answer, said: Ids): string {
  const known = Object.entries(said).sort(([, a], [, b]) => b.length - a.length)
  const whole = JSON.stringify([status, headers.get('content-type'), body])
    .replaceAll(headers.get('x-request-id') ?? 'none', 'the request')
    .replaceAll(/\b[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g, (id) =>
      known.some(([, value]) => value === id) ? id : 'a new id'
    )
  return known.reduce((text, [name, value]) => text.replaceAll(value, `{${name}}`), whole)
}

/** What of a tenant an answer gives away to whom none of it was known. */
export const leaksOf = ({ body }: Answer, { secrets }: Tenant, known: Ids = {}): string[] => {
  const text = JSON.stringify(body)
  const said = new Set(Object.values(known))
  return secrets.filter((secret) => !said.has(secret) && text.includes(secret))
}
