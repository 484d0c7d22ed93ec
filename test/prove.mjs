// `npm run prove`: what is too long for CI. docs/proof.md says what it does and what was found.
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileTests } from './compile.mjs'
import { scratchParent } from './scratch.mjs'

const compiled = `dist-prove_${randomBytes(6).toString('hex')}`
try {
  await compileTests(compiled)
  const entry = resolve(join(compiled, 'prove/main.js'))
  const { proveByArguments } = await import(pathToFileURL(entry).href)
  process.exitCode = await proveByArguments(process.argv.slice(2), await scratchParent())
} finally {
  await rm(compiled, { recursive: true, force: true })
}
