import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)
const COMPILER = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true
}

/** Whether this checkout has the history in which a release is. */
export async function isInHistory(commit: string): Promise<boolean> {
  return run('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: ROOT }).then(
    () => true,
    () => false
  )
}

/** The service as it was at a commit, ready to run on what is installed here: its `dist/cli.js`. */
export async function buildRelease(commit: string, folder: string): Promise<string> {
  const archive = join(folder, 'release.tar')
  const parts = ['src', 'migrations', 'openapi', 'package.json']
  await run('git', ['archive', `--output=${archive}`, commit, ...parts], { cwd: ROOT })
  await run('tar', ['-xf', archive, '-C', folder])
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const files = await readdir(join(folder, 'src'), { recursive: true, withFileTypes: true })
  for (const file of files.filter((one) => one.isFile())) {
    const source = join(file.parentPath, file.name)
    await compile(source, source.replace(join(folder, 'src'), join(folder, 'dist')))
  }
  return join(folder, 'dist/cli.js')
}

async function compile(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  if (!source.endsWith('.ts')) {
    await cp(source, target)
    return
  }
  const text = await readFile(source, 'utf8')
  const { outputText } = ts.transpileModule(text, { compilerOptions: COMPILER })
  await writeFile(target.replace(/\.ts$/, '.js'), outputText)
}
