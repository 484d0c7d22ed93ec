import { readFileSync } from 'node:fs'
import t from 'tap'
import { z } from 'zod'
import { checkPolicy } from '../../src/policy/check/check-policy.js'
import { PolicyDocument } from '../../src/policy/document.js'
import { PolicyShape } from '../../src/policy/document-shape.js'
import { PERMISSIONS } from '../../src/policy/permissions.js'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const page = read('docs/policy.md')
const sectionOf = (title: string) => page.split(/^## /m).find((one) => one.startsWith(title)) ?? ''

/** The members of a type that is a choice between words, which leaves nothing at run time. */
function wordsOf(path: string, type: string): string[] {
  const [, union = ''] = new RegExp(`type ${type} =((?:\\s+\\| '\\w+')+)`).exec(read(path)) ?? []
  return [...union.matchAll(/'(\w+)'/g)].map(([, word = '']) => word)
}

/** The first column of the table of keys: `.max` stands for the same place in the group before it. */
function documentedKeys(): Map<string, string> {
  const rows = [...sectionOf('Keys').matchAll(/^\| (`.*?) \|(.*)$/gm)]
  return new Map(
    rows.flatMap(([, keys = '', rest = '']) => {
      const names = [...keys.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
      const group = names[0]?.replace(/\.\w+$/, '') ?? ''
      return names.map((name): [string, string] => [
        name.startsWith('.') ? group + name : name,
        rest
      ])
    })
  )
}

interface Node {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
}

/** Every place in a document where something is written, with `[]` for what stands in a list. */
function placesIn({ type, properties, items }: Node, path: string): string[] {
  if (type === 'array' && items?.properties) return placesIn(items, `${path}[]`)
  if (!properties) return [path]
  const below = Object.entries(properties)
  return below.flatMap(([key, node]) => placesIn(node, path === '' ? key : `${path}.${key}`))
}

await t.test('docs/policy.md names every key, and none that there is not', async (t) => {
  const keys = documentedKeys()
  const schema = z.toJSONSchema(PolicyShape, { io: 'input', unrepresentable: 'any' }) as Node
  const places = placesIn(schema, '')
  t.ok(places.length > 60)
  for (const place of places) {
    const [, above = '', key = ''] = /^(.*)\.(\w+)$/.exec(place) ?? []
    const beside = keys.get(above) ?? ''
    t.ok(keys.has(place) || new RegExp(`\\b${key}\\b`).test(beside), place)
  }
  for (const key of keys.keys()) {
    t.ok(
      places.some((place) => place === key || place.startsWith(`${key}.`)),
      `${key} is a key`
    )
  }
})

await t.test(
  'docs/policy.md says what each permission is for, and names every refusal',
  async (t) => {
    for (const permission of PERMISSIONS) {
      const row = new RegExp(`^\\| .*\`${permission.replaceAll('.', '\\.')}\`.* \\| \\w`, 'm')
      t.match(sectionOf('Permissions'), row, permission)
    }
    const refusals = wordsOf('src/policy/decision.ts', 'RefusalCode')
    t.ok(refusals.length > 15)
    for (const code of refusals) t.ok(sectionOf('How it is decided').includes(`\`${code}\``), code)
  }
)

await t.test('docs/policy.md explains every finding', async (t) => {
  const findings = wordsOf('src/policy/check/finding.ts', 'FindingCode')
  t.ok(findings.length > 5)
  for (const code of findings) {
    t.match(
      sectionOf('Versions'),
      new RegExp(`^\\| \`${code}\` \\| (error|warning) \\|`, 'm'),
      code
    )
  }
})

await t.test('the policy that docs/policy.md shows is a good one', async (t) => {
  const [, example = ''] = /```json\n([^]*?)```/.exec(page) ?? []
  const policy = PolicyDocument.parse(JSON.parse(example))
  t.ok(example.split('\n').length <= 31)
  t.same(checkPolicy(policy), [])
})
