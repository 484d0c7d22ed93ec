// `npm run requirements`: which rules of docs/requirements a passed test proves. Runs the test files
// whose titles name rules, or with `--results DIR` reads what a run of the suite has left there.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const FOLDER = 'docs/requirements'
const NUMBER = /\b(?:OUPI|OP|SM|RIO|AMP)-\d+\b/g
/** A title that names more proves none of them. */
const NUMBERS_MAX = 3

const { values } = parseArgs({ options: { results: { type: 'string' } } })
const results = values.results ?? runTests()
const proven = readProven(results)
if (values.results === undefined) rmSync(results, { recursive: true })
process.exitCode = report(readChapters(), readRules(), proven)

/** The rules that Muster itself must keep, with their texts. */
function readRules() {
  const texts = readdirSync(FOLDER).filter((file) => file.endsWith('.md') && file !== 'README.md')
  return new Map(
    texts.flatMap((file) =>
      [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/^- \*\*(\S+)\*\* \[S\] (.*)$/gm)].map(
        ([, id, text]) => [id, text]
      )
    )
  )
}

/** `- OUPI: 02 23 …` below `### Name (state)`. */
function readChapters() {
  const [, ...parts] = readFileSync(join(FOLDER, 'README.md'), 'utf8').split(/^### /m)
  return parts.map((part) => {
    const [, name, state] = /^(.*) \((proven|open)\)$/m.exec(part)
    const ids = [...part.matchAll(/^- ([A-Z]+): (.*)$/gm)].flatMap(([, system, numbers]) =>
      numbers.split(' ').map((number) => `${system}-${number}`)
    )
    return { name, state, ids }
  })
}

function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'muster-requirements-'))
  const files = list('test').filter((file) => NUMBER.test(readFileSync(file, 'utf8')))
  spawnSync(process.execPath, ['test/run.mjs', ...files], {
    stdio: 'inherit',
    env: { ...process.env, TEST_RESULTS_DIR: folder }
  })
  return folder
}

function list(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.test.ts'))
}

/** Titles of tests that passed: neither failed, skipped nor yet to be written. */
function readProven(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.tap'))
  const titles = files.flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => /^\s*ok \d+/.test(line) && !/# (SKIP|T[O]DO)/i.test(line))
  )
  return new Set(
    titles.flatMap((title) => {
      const ids = title.match(NUMBER) ?? []
      return ids.length <= NUMBERS_MAX ? ids : []
    })
  )
}

function report(chapters, rules, proven) {
  const placed = chapters.flatMap(({ ids }) => ids)
  const astray = [...rules.keys()].filter((id) => !placed.includes(id))
  if (astray.length > 0 || placed.length !== rules.size) {
    console.log(`chapters and rules do not fit together: ${astray.join(' ')}`)
    return 1
  }
  let failed = false
  for (const { name, state, ids } of chapters) {
    const missing = ids.filter((id) => !proven.has(id))
    console.log(`${name}: ${ids.length - missing.length} of ${ids.length} rules (${state})`)
    if (state === 'open' || missing.length === 0) continue
    failed = true
    for (const id of missing) console.log(`  ${id}  ${rules.get(id).slice(0, 150)}`)
  }
  const count = placed.filter((id) => proven.has(id)).length
  console.log(`${count} of ${placed.length} rules are proven by passed tests`)
  return failed ? 1 : 0
}
