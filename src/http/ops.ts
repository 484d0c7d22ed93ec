import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join, relative } from 'node:path'
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type {
  AppControllerRoute,
  BullBoardQueues,
  IServerAdapter
} from '@bull-board/api/typings/app'
import { Type } from '@sinclair/typebox'
import type { FastifyRequest, RouteShorthandOptions } from 'fastify'
import { notFound } from '../errors.js'
import { html } from '../html.js'
import type { JobQueue } from '../jobs/queue.js'
import { wholeDeployment } from './access.js'
import type { App, Routes } from './app-types.js'

/** Where the board is, below PUBLIC_URL. */
const PATH = '/ops/queues'
const UI = join(
  dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json')),
  'dist'
)

/** What the page styles in place: the colors of a picture, scroll areas without their bars. */
const STYLES =
  "'sha256-r2N1TB/gHbBtBZFKg7ejmq1acVSREzucTAEw6ga4hoU=' " +
  "'sha256-kLmvWqfziFavKtqHqRsb90f006UAK2Dmd0It5Iz2KFA='"
/** All else that it needs comes from here. */
const CSP =
  `default-src 'none'; script-src 'self'; style-src 'self' ${STYLES}; img-src 'self'; ` +
  "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
const CHALLENGE = 'Basic realm="Muster: an API key as the password", charset="UTF-8"'

/** To repeat or remove a job here would only repeat or lose a hand-over: the job is its row. */
const LOOK_ONLY = {
  readOnlyMode: true,
  description:
    'To look at only: jobs are rows in the database, which are tried again by themselves.'
}

/** Its own pages: one document for all of them. */
const PAGES = ['/', '/job-schedulers', '/queue/:queueName', '/queue/:queueName/:jobId']

const text = Type.Optional(Type.String({ maxLength: 255 }))
const number = Type.Optional(Type.String({ pattern: '^\\d{0,9}$' }))
/** What the page asks for; the board itself would list any number of jobs at once. */
const Query = Type.Object(
  {
    activeQueue: text,
    status: text,
    page: number,
    jobsPerPage: Type.Optional(Type.String({ pattern: '^(\\d{1,2}|100)?$' })),
    queueName: text,
    root: text,
    depth: number,
    maxChildren: number
  },
  { additionalProperties: false }
)

const GUARDED = {
  config: { access: { class: 'operator', scope: '*' } },
  onRequest: refuseLimited
} as const satisfies RouteShorthandOptions

/**
 * BullMQ's dashboard, for whoever has an API key of the whole deployment: a browser asks for it as a
 * password, and its scripts need it too. Only what reads is mounted, since a browser sends that
 * password along with whatever another site makes it send.
 */
export const opsPages: Routes = async (app, { deps }) => {
  await app.register(
    async (board) => {
      board.addHook('onRequest', (request, reply, done) => {
        void reply.header('content-security-policy', CSP)
        takePassword(request)
        done()
      })
      board.addHook('onSend', (_request, reply, payload, done) => {
        if (reply.statusCode === 401) void reply.header('www-authenticate', CHALLENGE)
        done(null, payload)
      })
      const base = new URL(deps.config.publicUrl).pathname.replace(/\/$/, '') + PATH
      getPages(board, renderPage(`${base}/`))
      getFiles(board)
      getAnswers(board, deps.queue)
    },
    { prefix: PATH }
  )
}

/** From here on the password is a key like any other; the name beside it says nothing. */
function takePassword({ headers }: FastifyRequest): void {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(headers.authorization ?? '') ?? []
  if (encoded === undefined) return
  const decoded = Buffer.from(encoded, 'base64').toString()
  headers.authorization = `Bearer ${decoded.slice(decoded.indexOf(':') + 1)}`
}

function refuseLimited(request: FastifyRequest, _reply: unknown, done: () => void): void {
  wholeDeployment(request)
  done()
}

function getPages(board: App, page: string): void {
  for (const url of PAGES) {
    board.get(url, { ...GUARDED, schema: { hide: true } }, (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(page)
    )
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon'
}

/** The files there are, and no path besides. */
function getFiles(board: App): void {
  const folder = join(UI, 'static')
  const files = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && extname(entry.name) in TYPES)
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path).replaceAll('\\', '/'), path])
  )
  const params = Type.Object({ '*': Type.String() })
  board.get('/static/*', { ...GUARDED, schema: { hide: true, params } }, async (request, reply) => {
    const path = files.get(request.params['*'])
    if (path === undefined) throw notFound()
    return reply.type(TYPES[extname(path)] ?? '').send(await readFile(path))
  })
}

function getAnswers(board: App, { queue }: JobQueue): void {
  const { queues, routes } = openBoard(new BullMQAdapter(queue, LOOK_ONLY))
  for (const answer of routes) {
    if (answer.method !== 'get' || typeof answer.route !== 'string') continue
    const options = { ...GUARDED, schema: { hide: true, querystring: Query } }
    board.get(answer.route, options, async ({ query, params }, reply) => {
      const asked = { queues, uiConfig: {}, query, params: params as Record<string, string> }
      const { status = 200, body } = await answer.handler({ ...asked, body: {}, headers: {} })
      return reply.code(status).send(body)
    })
  }
}

/** What the board would have a server answer. Its own adapters also mount what writes. */
function openBoard(adapter: BullMQAdapter) {
  let queues: BullBoardQueues = new Map()
  let routes: readonly AppControllerRoute[] = []
  const server: IServerAdapter = {
    setQueues(given) {
      queues = given
      return server
    },
    setApiRoutes(given) {
      routes = given
      return server
    },
    setViewsPath: () => server,
    setStaticPath: () => server,
    setEntryRoute: () => server,
    setErrorHandler: () => server,
    setUIConfig: () => server
  }
  createBullBoard({ queues: [adapter], serverAdapter: server, options: { uiBasePath: UI } })
  return { queues, routes }
}

/** The board's own document without what it fetches from elsewhere and what it styles in place. */
function renderPage(base: string): string {
  const document = readFileSync(join(UI, 'index.ejs'), 'utf8')
  const assets = [...document.matchAll(/"(static\/[\w./-]+\.(?:js|css))"/g)].map(([, path]) => path)
  const config = JSON.stringify({
    boardTitle: 'Muster queues',
    favIcon: { default: 'static/images/logo.svg', alternative: 'static/favicon-32x32.png' },
    hideDocsLink: true,
    locale: { lng: 'en-US' }
  })
  const head = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<base href="${base}">
<title>Muster queues</title>
<link rel="icon" type="image/svg+xml" id="fav-logo" href="static/images/logo.svg">
${assets.filter((path) => path?.endsWith('.css')).map((path) => html`<link rel="stylesheet" href="${path}">`)}
</head>
<body class="preload">
<div id="root"></div>`
  const scripts = assets
    .filter((path) => path?.endsWith('.js'))
    .map((path) => html`<script defer src="${path}"></script>`)
  // Data, not code, and ours alone: nothing in it needs escaping.
  const data = `<script id="__UI_CONFIG__" type="application/json">${config}</script>`
  return `${head.toString()}${data}${html`${scripts}</body></html>`.toString()}`
}
