import { readFileSync } from 'node:fs'
import t from 'tap'
import { checkPolicy } from '../../src/policy/check/check-policy.js'
import { PolicyDocument } from '../../src/policy/document.js'
import { PolicyShape } from '../../src/policy/document-shape.js'
import { PERMISSIONS } from '../../src/policy/permissions.js'

const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8')

await t.test('docs/policy.md names every key and every permission', async (t) => {
  for (const [key, schema] of Object.entries(PolicyShape.shape)) {
    t.ok(page.includes(`\`${key}`), key)
    // A group of keys with a default of its own is wrapped.
    const { innerType } = schema.def as { innerType?: { shape?: Record<string, unknown> } }
    for (const inner of Object.keys(innerType?.shape ?? {})) {
      t.ok(new RegExp(`\`(${key})?\\.${inner}(\\[\\])?\``).test(page), `${key}.${inner}`)
    }
  }
  for (const permission of PERMISSIONS) t.ok(page.includes(`\`${permission}\``), permission)
})

await t.test('the policy that docs/policy.md shows is a good one', async (t) => {
  const [, example = ''] = /```json\n([^]*?)```/.exec(page) ?? []
  const policy = PolicyDocument.parse(JSON.parse(example))
  t.ok(example.split('\n').length <= 31)
  t.same(checkPolicy(policy), [])
})
