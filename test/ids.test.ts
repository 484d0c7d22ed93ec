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

await t.test('an id is its uuid in base 32, as the TypeID specification shows', async (t) => {
  for (const [id, uuid] of [
    ['org_00000000000000000000000000', '00000000-0000-0000-0000-000000000000'],
    ['org_00000000000000000000000001', '00000000-0000-0000-0000-000000000001'],
    ['org_0000000000000000000000000g', '00000000-0000-0000-0000-000000000010'],
    ['org_0123456789abcdefghjkmnpqrs', '0110c853-1d09-52d8-d73e-1194e95b5f19'],
    ['org_01h455vb4pex5vsknk084sn02q', '01890a5d-ac96-774b-bcce-b302099a8057'],
    ['org_7zzzzzzzzzzzzzzzzzzzzzzzzz', 'ffffffff-ffff-ffff-ffff-ffffffffffff']
  ] as const) {
    t.equal(idToUuid('org', id), uuid)
    t.equal(uuidToId('org', uuid), id)
  }
})

await t.test('an id is new, and a UUIDv7 of this moment', async (t) => {
  const before = Date.now()
  const ids = Array.from({ length: 20_000 }, () => newId('evt'))
  const after = Date.now()
  t.equal(new Set(ids).size, ids.length)
  t.same([...ids].sort(), ids, 'more than a millisecond can count included')
  for (const id of [ids[0], ids.at(-1)] as string[]) {
    const uuid = idToUuid('evt', id)
    t.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const time = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
    // Ids that were made faster than the clock goes borrow from the next milliseconds.
    t.ok(time >= before && time <= after + 50)
  }
  const chance = new Set(ids.map((id) => id.slice(-12)))
  t.equal(chance.size, ids.length, 'whose end is chance')
})

await t.test('an id of one kind is not one of another', async (t) => {
  t.throws(() => idToUuid('org', newId('mem')))
  for (const text of ['', 'org', 'org_', newId('org').slice(0, -1), `org_${'u'.repeat(26)}`]) {
    t.throws(() => idToUuid('org', text))
  }
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
