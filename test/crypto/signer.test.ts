import { createHash } from 'node:crypto'
import t from 'tap'
import { type KeyRing, parseKeyRing } from '../../src/crypto/key-ring.js'
import { createSigner } from '../../src/crypto/signer.js'
import { generateKeyRing } from '../../src/secrets.js'

const text = generateKeyRing()
const ring = (value: string) => parseKeyRing(value) as KeyRing
const signer = createSigner(ring(text), 'a purpose')
const hash = createHash('sha256').update('something').digest()

await t.test('verifies what it signed, and nothing that was changed in any byte', async (t) => {
  const { keyId } = signer
  const signature = signer.sign(hash)
  t.equal(keyId, 'k1')
  t.equal(signer.verify(hash, { keyId, signature }), 'valid')
  for (let place = 0; place < signature.length; place += 1) {
    const changed = Buffer.from(signature)
    changed.writeUInt8(signature.readUInt8(place) ^ 1, place)
    t.equal(signer.verify(hash, { keyId, signature: changed }), 'invalid')
  }
  for (const length of [0, 63]) {
    t.equal(signer.verify(hash, { keyId, signature: signature.subarray(0, length) }), 'invalid')
  }
  const other = createHash('sha256').update('something else').digest()
  t.equal(signer.verify(other, { keyId, signature }), 'invalid')
})

await t.test('another purpose has another key', async (t) => {
  const signature = createSigner(ring(text), 'another').sign(hash)
  t.equal(signer.verify(hash, { keyId: 'k1', signature }), 'invalid')
})

await t.test('an older key behind the current one verifies, one that is gone cannot', async (t) => {
  const signed = { keyId: signer.keyId, signature: signer.sign(hash) }
  const newer = generateKeyRing().replace('k1:', 'k2:')
  const both = createSigner(ring(`${newer},${text}`), 'a purpose')
  t.equal(both.verify(hash, signed), 'valid')
  t.equal(both.keyId, 'k2')
  t.equal(createSigner(ring(newer), 'a purpose').verify(hash, signed), 'unknown_key')
})
