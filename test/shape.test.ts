import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import t from 'tap'

// What no linter holds: read from the source as text, so guards, not proofs.

const FILE_LINES_MAX = 300
/**
 * Commands that change nothing to be recorded: for the Idempotency-Key, or the jobs, alone; and what
 * keeps the log itself, or reads it at one moment.
 */
const EVENTLESS = [
  'src/features/activity/record-activities.ts',
  'src/features/activity/record-activity.ts',
  'src/features/events/drop-sealed.ts',
  'src/features/events/partitions.ts',
  'src/features/events/read-log-page.ts',
  'src/features/events/seal-events.sweep.ts',
  'src/features/invitations/lookup-invitation.ts',
  'src/features/notifications/notify-of-event.job.ts',
  'src/features/policies/check-policy.ts'
]
const VAGUE_NAME = /(^|[-.])(utils?|helpers?|managers?)[-.]/
// Not written as one word here, since this file is read as well.
const UNFINISHED = new RegExp(
  `\\b(${['TO-DO', 'FIX-ME', 'X-XX'].join('|').replaceAll('-', '')})\\b`
)
const FOREIGN = new RegExp(
  ['/wo-rk/', '/ho-me/', 'https?://re-gistry\\b'].join('|').replaceAll('-', '')
)

const read = (path: string) => readFileSync(path, 'utf8')
const ignored = ['.git/', ...read('.gitignore').trim().split('\n')]

/** The repository's files, without git: the machine of CI may have none. */
function list(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`
    const isIgnored = ignored.some((line) =>
      line.startsWith('*') ? path.endsWith(line.slice(1)) : path === line.replace(/\/$/, '')
    )
    if (isIgnored) return []
    return entry.isDirectory() ? list(path) : [path]
  })
}

const files = list('.')
const sources = files.filter((path) => path.startsWith('src/') && path.endsWith('.ts'))
const tests = files.filter((path) => path.startsWith('test/') && path.endsWith('.test.ts'))
const commands = sources.filter(
  (path) => path !== 'src/command.ts' && read(path).includes('runCommand(')
)

/** Calls it with the transaction. The linter sees to the await. */
function calls(source: string, name: string): boolean {
  return new RegExp(`\\b${name}\\(\\s*(?:deps,\\s*)?tx,`).test(source)
}

/** How far from the command what records it may be. */
const CALLS_MAX = 4

/** Itself, or by a function of ours that does. */
function recordsEvents(path: string, calledMax = CALLS_MAX): boolean {
  const source = read(path)
  if (calls(source, 'appendEvents')) return true
  const imported = source.matchAll(/import \{ ?([^}]*?),?\s*\} from '(\.[^']+)\.js'/g)
  return [...imported].some(([, names = '', file = '']) => {
    const isCalled = names.split(',').some((name) => calls(source, name.trim()))
    return (
      isCalled && calledMax > 0 && recordsEvents(join(dirname(path), `${file}.ts`), calledMax - 1)
    )
  })
}

/** At the mirrored path, or by its name in the title of another test. */
function isTested(path: string): boolean {
  const name = basename(path).replace(/(\.job|\.sweep)?\.ts$/, '')
  const mirror = `${dirname(path).replace(/^src/, 'test')}/${name}.test.ts`
  return tests.includes(mirror) || titles.some((title) => title.includes(name))
}

const titles = tests.flatMap((path) =>
  [...read(path).matchAll(/\btest\(\s*(['"`])(.*?)\1/g)].map(([, , title = '']) => title)
)

await t.test('a use case that changes something', async (t) => {
  t.ok(commands.length > 0, 'there are some')
  t.same(
    sources.filter((path) => path !== 'src/command.ts' && read(path).includes('.transaction(')),
    [],
    'runs as a command: with its transaction comes the Idempotency-Key'
  )
  t.same(
    commands.filter((path) => !recordsEvents(path)),
    EVENTLESS,
    'records it as an event'
  )
  t.same(
    commands.filter((path) => !isTested(path)),
    [],
    'has a test'
  )
})

await t.test('every job and every sweep is listed in src/jobs/index.ts', async (t) => {
  const index = read('src/jobs/index.ts')
  const listed = (path: string) =>
    index.includes(
      `'${path
        .replace(/^src\/jobs\//, './')
        .replace(/^src\//, '../')
        .replace(/ts$/, 'js')}'`
    )
  const jobs = sources.filter((path) => /\.(job|sweep)\.ts$/.test(path))
  t.ok(jobs.length > 0, 'there are some')
  t.same(
    jobs.filter((path) => !listed(path)),
    []
  )
})

await t.test('migrations are numbered without gaps or doubles', async (t) => {
  const names = readdirSync('migrations').sort()
  t.same(
    names.filter((name) => !/^\d{4}_[a-z0-9_]+\.sql$/.test(name)),
    []
  )
  t.same(
    names.map((name) => Number(name.slice(0, 4))),
    names.map((_, index) => index + 1)
  )
})

await t.test('files are short, named for what they hold, and finished', async (t) => {
  const code = files.filter((path) => /^(src|test|bench)\/.*\.(ts|mjs|js|css)$/.test(path))
  t.same(
    code.filter((path) => read(path).trimEnd().split('\n').length > FILE_LINES_MAX),
    [],
    `at most ${FILE_LINES_MAX} lines`
  )
  t.same(
    sources.filter((path) => VAGUE_NAME.test(basename(path))),
    []
  )
  const written = files.filter((path) => /^(src|test|bench|docs|\.ci)\/|\.md$/.test(path))
  t.same(
    written.filter((path) => UNFINISHED.test(read(path))),
    [],
    'no note of what is still to do'
  )
})

await t.test('no file names a path or a registry of the machine it was written on', async (t) => {
  t.same(
    files.filter((path) => FOREIGN.test(read(path))),
    []
  )
})
