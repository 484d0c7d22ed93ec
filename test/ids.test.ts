import t from 'tap'
import { DEPLOYMENT_ID, ID_PREFIXES, idPattern, idToUuid, newId, uuidToId } from '../src/ids.js'

await t.test(
  'ids name their kind, sort by their making, and go to the database and back',
  async (t) => {
    for (const prefix of ID_PREFIXES) {
      const ids = Array.from({ length: 500 }, () => newId(prefix))
      t.same([...ids].sort(), ids)
      t.equal(new Set(ids).size, ids.length)
      for (const id of ids.slice(0, 5)) {
        t.match(id, new RegExp(idPattern(prefix)))
        t.equal(uuidToId(prefix, idToUuid(prefix, id)), id)
      }
    }
  }
)

await t.test('an id of one kind is not one of another', async (t) => {
  t.throws(() => idToUuid('org', newId('mem')))
  t.notMatch(newId('mem'), new RegExp(idPattern('org')))
})

await t.test('the pattern takes 128 bits and no more', async (t) => {
  const pattern = new RegExp(idPattern('org'))
  t.match('org_7zzzzzzzzzzzzzzzzzzzzzzzzz', pattern)
  for (const id of [
    'org_8zzzzzzzzzzzzzzzzzzzzzzzzz',
    'org_',
    `${newId('org')}0`,
    `x${newId('org')}`
  ]) {
    t.notMatch(id, pattern)
  }
  t.equal(idToUuid('org', DEPLOYMENT_ID), '00000000-0000-0000-0000-000000000000')
})
