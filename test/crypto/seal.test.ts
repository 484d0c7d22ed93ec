import fc from 'fast-check'
import t from 'tap'
import { type KeyRing, parseKeyRing } from '../../src/crypto/key-ring.js'
import { createSealer } from '../../src/crypto/seal.js'
import { generateKeyRing } from '../../src/secrets.js'

const text = generateKeyRing()
const ring = (value: string) => parseKeyRing(value) as KeyRing
const sealer = createSealer(ring(text))

await t.test('opens what it sealed, and never seals twice alike', async (t) => {
  fc.assert(fc.property(fc.string(), (plain) => sealer.open(sealer.seal(plain)) === plain))
  t.not(sealer.seal('same').toString('hex'), sealer.seal('same').toString('hex'))
  t.notMatch(sealer.seal('a secret').toString('latin1'), /a secret/)
})

await t.test('refuses what was changed in any byte', async (t) => {
  const sealed = sealer.seal('a secret')
  for (let place = 0; place < sealed.length; place += 1) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8(sealed.readUInt8(place) ^ 1, place)
    t.throws(() => sealer.open(changed))
  }
})

await t.test(
  'opens with an older key behind the current one, and names a missing one',
  async (t) => {
    const sealed = sealer.seal('old')
    const newer = generateKeyRing().replace('k1:', 'k2:')
    t.equal(createSealer(ring(`${newer},${text}`)).open(sealed), 'old')
    t.throws(() => createSealer(ring(newer)).open(sealed), /MUSTER_ENCRYPTION_KEYS.*"k1"/)
  }
)
