import t from 'tap'
import { parseKeyRing } from '../../src/crypto/key-ring.js'

const SECRET = 'a'.repeat(43)

await t.test('the first entry is the current one, all are known', async (t) => {
  const ring = parseKeyRing(`new:${SECRET}, old:${SECRET}`)
  t.equal(ring?.current.id, 'new')
  t.same([...(ring?.byId.keys() ?? [])], ['new', 'old'])
})

await t.test('anything malformed is nothing at all', async (t) => {
  const wrong = ['', 'x', 'x:short', `X:${SECRET}`, `toolongname:${SECRET}`, `a:${SECRET},`]
  for (const text of [...wrong, `a:${SECRET},a:${SECRET}`, `a:${SECRET}+`]) {
    t.equal(parseKeyRing(text), undefined, text)
  }
})
