import fc from 'fast-check'
import t from 'tap'
import { type KeyRing, parseKeyRing } from '../../src/crypto/key-ring.js'
import {
  createLinkToken,
  LINK_TOKEN_LENGTH_MAX,
  readLinkToken
} from '../../src/crypto/link-token.js'
import { newId } from '../../src/ids.js'
import { generateKeyRing } from '../../src/secrets.js'

const ring = (text = generateKeyRing()) => parseKeyRing(text) as KeyRing
const secrets = ring()
const claims = {
  organizationId: newId('org'),
  subjectId: newId('inv'),
  generation: 3,
  secretId: secrets.current.id
}
const token = createLinkToken('inv', claims, secrets)

await t.test('says what it was made from, and is always the same', async (t) => {
  t.same(readLinkToken('inv', token, secrets), claims)
  t.equal(createLinkToken('inv', claims, secrets), token)
  t.ok(token.length <= LINK_TOKEN_LENGTH_MAX)
})

await t.test('any change of one character makes it worthless', async (t) => {
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: token.length - 1 }),
      fc.constantFrom(...Array.from(characters)),
      (place, character) => {
        fc.pre(token[place] !== character)
        const changed = token.slice(0, place) + character + token.slice(place + 1)
        return readLinkToken('inv', changed, secrets) === undefined
      }
    ),
    { numRuns: 2_000 }
  )
  t.pass('no changed token was read')
})

await t.test('cut, extended or decorated it is worthless too', async (t) => {
  for (let length = 0; length < token.length; length += 1) {
    t.equal(readLinkToken('inv', token.slice(0, length), secrets), undefined)
  }
  for (const text of [`${token}A`, `${token}=`, ` ${token}`, token.repeat(2), 'x'.repeat(10_000)]) {
    t.equal(readLinkToken('inv', text, secrets), undefined)
  }
})

await t.test('another secret of the same name does not vouch for it', async (t) => {
  t.equal(readLinkToken('inv', token, ring()), undefined)
})

await t.test('goes on working behind a newer secret, and not without its own', async (t) => {
  const text = generateKeyRing()
  const old = ring(text)
  const signed = createLinkToken('inv', claims, old)
  const rotated = ring(`${generateKeyRing().replace('k1:', 'k2:')},${text}`)
  t.equal(rotated.current.id, 'k2')
  t.same(readLinkToken('inv', signed, rotated), claims)
  const dropped = ring(generateKeyRing().replace('k1:', 'k2:'))
  t.equal(readLinkToken('inv', signed, dropped), undefined)
  t.throws(() => createLinkToken('inv', claims, dropped), /MUSTER_LINK_SECRETS/)
})

await t.test('no text makes the reader throw', async (t) => {
  fc.assert(
    fc.property(fc.string({ maxLength: 150 }), (text) => {
      return readLinkToken('inv', `mlk_${text}`, secrets) === undefined
    })
  )
  t.pass('all were refused')
})
