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
