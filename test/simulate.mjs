// `npm run simulate`: compiles what is under `test` beside the built service and plays random teams
// on real processes. See docs/proof.md for what its arguments mean.
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileTests } from './compile.mjs'
import { scratchParent } from './scratch.mjs'

const compiled = `dist-simulate_${randomBytes(6).toString('hex')}`
try {
  await compileTests(compiled)
  const entry = resolve(join(compiled, 'simulation/service/main.js'))
  const { simulateByArguments } = await import(pathToFileURL(entry).href)
  process.exitCode = await simulateByArguments(process.argv.slice(2), await scratchParent())
} finally {
  await rm(compiled, { recursive: true, force: true })
}
