// Tests as JavaScript beside the built service: compiled once for a run, not again by each of its
// files, and none of them has to compile what it imports of src.
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'

const COMPILER = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  inlineSourceMap: true
}
/** `src` and `dist` lie beside each other, as do `test` and where it is compiled to. */
const OF_SRC = /(\bfrom '|\bimport '|\bimport\(')((?:\.\.\/)+)src\//g

/** Everything under `test`, as it is but for TypeScript. Answers with the paths of the test files. */
export async function compileTests(folder) {
  const paths = await filesIn('test')
  for (const path of paths) {
    const target = compiledPath(folder, path)
    await mkdir(dirname(target), { recursive: true })
    if (!path.endsWith('.ts')) await cp(path, target)
    else await writeFile(target, compile(path, await readFile(path, 'utf8')))
  }
  return paths.filter((path) => path.endsWith('.test.ts'))
}

/** Where a file of `test` is in the folder. */
export function compiledPath(folder, path) {
  return join(folder, relative('test', path).replace(/\.ts$/, '.js'))
}

/** At most so many share a process, one after the other. */
const BUNDLE_MAX = 14
const BUNDLE_TIMEOUT_MS = 600_000
/**
 * They start processes and browsers, or play for long: each is a process of its own anyway. And what
 * tap itself has to tear down at the end: that makes it end as soon as nothing runs for a moment.
 */
const ALONE = /^test\/((browser|processes|simulation|security)\/|db\/embedded)/
/** What sets the conditions of its whole process. */
const SETS_CONDITIONS = /^t\.(setTimeout\(|jobs\b)/m

/**
 * Loading Muster takes a second and most files take three, so most share a process, one after the
 * other: neighbours in different ones, as they are alike, so that all take about the same time.
 * Answers with what tap is to run, each in a process.
 */
export async function bundleTests(folder, tests) {
  const alone = []
  const shared = []
  for (const path of tests) {
    const isAlone = ALONE.test(path) || SETS_CONDITIONS.test(await readFile(path, 'utf8'))
    if (isAlone) alone.push(compiledPath(folder, path))
    else shared.push(path)
  }
  const count = Math.ceil(shared.length / BUNDLE_MAX)
  const bundles = []
  for (let number = 0; number < count; number += 1) {
    const paths = shared.filter((_path, index) => index % count === number)
    bundles.push(await bundle(folder, number, paths))
  }
  // The longest first, so that no core waits at the end.
  return [...bundles, ...alone]
}

/** Says of each file where it begins. */
async function bundle(folder, number, paths) {
  const target = join(folder, `bundle-${number}.test.js`)
  const imports = paths.map(
    (path) =>
      `t.comment('${path}')\nawait import('./${relative(folder, compiledPath(folder, path))}')`
  )
  // Tap takes it for ended while nothing runs but the loading of the next: so all of it is loaded first.
  const service = relative(folder, 'dist/app.js')
  const head = `import t from 'tap'\nimport '${service}'\nt.setTimeout(${BUNDLE_TIMEOUT_MS})\n`
  await writeFile(target, `${head}${imports.join('\n')}\n`)
  return target
}

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

function compile(path, text) {
  const { outputText } = ts.transpileModule(text, {
    fileName: resolve(path),
    compilerOptions: { ...COMPILER, sourceRoot: pathToFileURL(dirname(resolve(path))).href }
  })
  return outputText.replace(OF_SRC, '$1$2dist/')
}
