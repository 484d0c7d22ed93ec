import { readFileSync } from 'node:fs'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { ProblemSchema } from '../schemas.js'
import type { RouteAccess } from './access.js'

/** `src/http` and `dist/http` lie equally deep. */
const PACKAGE = new URL('../../package.json', import.meta.url)

const DESCRIPTION = `Members, invitations, roles and seats behind one API.

Authenticate with an API key: \`Authorization: Bearer mk_…\`. To act on behalf of a member, add
\`Muster-Actor: user:<user_id>\` or \`member:<member_id>\`: then the organization's policy decides what
that member's role may do. Errors are RFC 9457 problems: branch on \`code\`. Every POST takes an
\`Idempotency-Key\`; every list takes \`limit\` and \`cursor\`.`

const TAGS = [
  { name: 'Organizations', description: 'The teams: their names, settings and seats.' },
  { name: 'Members', description: 'Who belongs to a team, the invited included.' },
  { name: 'Invitations', description: 'Offers of a seat, and what became of them.' },
  { name: 'Events', description: 'What happened, by whom.' },
  { name: 'API keys', description: 'How your backend proves itself.' },
  { name: 'Operating', description: 'For whoever keeps Muster running.' }
]

/** The OpenAPI document, drawn from the routes' own schemas; `/docs` shows it. */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }
  app.addSchema(ProblemSchema)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Muster',
        version,
        description: DESCRIPTION,
        license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' }
      },
      servers: [{ url: '/' }],
      tags: TAGS,
      components: {
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key: `mk_…`'
          }
        }
      }
    },
    hideUntagged: true,
    refResolver: { buildLocalReference: (json) => String(json['$id']) },
    transform: ({ schema, url, route }) => ({
      schema: documented(schema, route.method, route.config?.access),
      url
    })
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    transformStaticCSP: (header) => `${header}; frame-ancestors 'none'`,
    uiConfig: { deepLinking: true, tryItOutEnabled: true, docExpansion: 'list' }
  })
}

const ActorHeader = Type.Object({
  'muster-actor': Type.Optional(
    Type.String({
      description: 'Act on behalf of a member: `user:<user_id>` or `member:<member_id>`.',
      examples: ['user:u_olga']
    })
  )
})

const IdempotencyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      maxLength: 255,
      description: 'Repeat the request with the same key, and it runs only once. Kept 24 hours.',
      examples: ['8e03978e-40d5-43dd-bc93-6894a57f9324']
    })
  )
})

/** What every route of a class has in common is said here, not at each of them. */
function documented(
  schema: FastifySchema,
  method: string | string[],
  access: RouteAccess | undefined
): FastifySchema {
  const headers: Record<string, TSchema> = {
    ...(access?.class === 'tenant' ? ActorHeader.properties : {}),
    ...(method === 'POST' ? IdempotencyHeader.properties : {})
  }
  return {
    ...schema,
    ...(Object.keys(headers).length === 0 ? {} : { headers: Type.Object(headers) }),
    security: access === undefined || access.class === 'public' ? [] : [{ apiKey: [] }],
    response: { ...problemResponses(access), ...(schema.response as object | undefined) }
  }
}

const PROBLEM = {
  description: 'A problem: see its `code`.',
  content: { 'application/problem+json': { schema: Type.Ref('Problem') } }
}

function problemResponses(access: RouteAccess | undefined) {
  if (access === undefined || access.class === 'public') return { 400: PROBLEM, 429: PROBLEM }
  return { 400: PROBLEM, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM }
}
