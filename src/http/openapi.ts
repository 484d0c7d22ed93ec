import { readFileSync } from 'node:fs'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { ROOT } from '../root.js'
import { ProblemSchema } from '../schemas.js'
import { withSharedHeaders } from './openapi-headers.js'
import { describeOperation, forReaders } from './openapi-operation.js'
import type { RouteAccess } from './route-access.js'

const PACKAGE = new URL('package.json', ROOT)

const DESCRIPTION = `Members, invitations, roles and seats behind one API.

Authenticate with an API key: \`Authorization: Bearer mk_…\`. To act on behalf of a member, add
\`Muster-Actor: user:<user_id>\` or \`member:<member_id>\`: then the organization's policy decides what
that member's role may do. A person's own browser or app
calls with a token instead of a key, and does what their role allows. Errors are RFC 9457 problems: branch on \`code\`. Every POST that changes
something takes an \`Idempotency-Key\`; every list takes \`limit\` and \`cursor\`. Fields and parameters
that an operation does not know are refused. \`Accept-Language\` chooses between English and French.

One resource has an \`ETag\`, of what you are told: another caller or language may have another. Send it
as \`If-None-Match\` to learn of a change (304: none), and as \`If-Match\` with what changes the resource or
acts on it: if it is not the same any more nothing happens, and the answer is 412. A repeated
\`Idempotency-Key\` gets the answer that was given, whatever \`If-Match\` says by then; another body or
query under it is 422.`

const TAGS = [
  { name: 'Organizations', description: 'The teams: their names, settings, seats and ends.' },
  { name: 'Policies', description: 'The rules that organizations live by, as data.' },
  { name: 'Members', description: 'Who belongs to a team, the invited included.' },
  { name: 'Roles', description: 'Who may do what: the policy’s roles and a team’s own.' },
  { name: 'Access', description: 'Why somebody gets in or not, and whose access is worth a look.' },
  { name: 'Groups', description: 'Departments, projects, places: sets of members.' },
  { name: 'Resources', description: 'What of yours members can be given, and who has it.' },
  { name: 'Invitations', description: 'Offers of a seat, and what became of them.' },
  { name: 'Joining', description: 'Coming in by oneself, by an address on a claimed domain.' },
  { name: 'Domain claims', description: 'Mail domains that a team has proven to be its own.' },
  { name: 'Signup pages', description: 'Links by which people ask for an invitation themselves.' },
  { name: 'Notices', description: 'What you let the people of a team know by mail.' },
  { name: 'Mail', description: 'Addresses to which nothing is sent, and what becomes of mails.' },
  {
    name: 'Users',
    description: 'People as you know them, in every team: access, rectification, erasure.'
  },
  { name: 'Events', description: 'What happened, by whom.' },
  { name: 'Webhooks', description: 'Where events are sent, and what became of that.' },
  { name: 'Billing', description: 'What was bought, and what became due: charges and credits.' },
  { name: 'Credits', description: 'What a team has to spend, with whom, and how it was used.' },
  { name: 'Exports', description: 'All that a team holds, as one file.' },
  { name: 'API keys', description: 'How your backend proves itself.' },
  { name: 'Member tokens', description: 'How a member’s own browser proves itself.' },
  { name: 'Operating', description: 'For whoever keeps Muster running.' }
]

const PUBLIC: RouteAccess = { class: 'public' }

/** Calls that Muster makes itself, as OpenAPI describes them, and the parameters that they share. */
interface OwnCalls {
  readonly webhooks: Record<string, unknown>
  readonly parameters: Record<string, unknown>
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Asked whenever the document is drawn. */
    describeWebhooks(describe: () => OwnCalls): void
  }
}

/** The OpenAPI document, drawn from the routes' own schemas; `/docs` shows it. */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }
  app.addSchema(ProblemSchema)
  let describe = (): OwnCalls => ({ webhooks: {}, parameters: {} })
  app.decorate('describeWebhooks', (own: typeof describe) => {
    describe = own
  })
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
          },
          token: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description:
              'A token of an end user: signed by your own issuer, or made by ' +
              '`POST /v1/member-tokens`. Never together with `Muster-Actor`.'
          }
        }
      }
    },
    hideUntagged: true,
    refResolver: { buildLocalReference: (json) => json['$id'] as string },
    transform: ({ schema, url, route }) => ({
      schema: describeOperation(schema, String(route.method), route.config ?? {}),
      url
    }),
    transformObject: (drawn) => {
      const document = 'openapiObject' in drawn ? drawn.openapiObject : {}
      return forReaders(withOwnCalls(withSharedHeaders(document), describe()))
    }
  })
  app.get('/openapi.json', { config: { access: PUBLIC }, schema: { hide: true } }, () =>
    app.swagger()
  )
  await app.register(docsPages)
}

const withOwnCalls = <T extends { components?: object }>(
  document: T,
  { webhooks, parameters }: OwnCalls
) => ({ ...document, components: { ...document.components, parameters }, webhooks })

/** All that they need comes from here, and over http too where Muster is served so. */
const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "font-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; " +
  "frame-ancestors 'none'"

const docsPages: FastifyPluginAsync = async (app) => {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: PUBLIC }
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    theme: { title: 'Muster API' },
    uiConfig: { deepLinking: true, tryItOutEnabled: true, docExpansion: 'list' }
  })
}
