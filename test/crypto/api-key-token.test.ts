import t from 'tap'
import {
  apiKeySecretMatches,
  hashApiKeySecret,
  newApiKeyToken,
  parseApiKeyToken
} from '../../src/crypto/api-key-token.js'

await t.test('a new key names its id and carries a secret of its own', async (t) => {
  const { id, secret, token } = newApiKeyToken()
  t.same(parseApiKeyToken(token), { id, secret })
  t.not(newApiKeyToken().secret, secret)
})

await t.test('a hash fits its own secret only', async (t) => {
  const [one, two] = [newApiKeyToken(), newApiKeyToken()]
  t.ok(apiKeySecretMatches(one.secret, hashApiKeySecret(one.secret)))
  t.notOk(apiKeySecretMatches(two.secret, hashApiKeySecret(one.secret)))
})

await t.test('what does not look like a key is not looked up', async (t) => {
  const { token } = newApiKeyToken()
  const texts = ['', 'mk_', token.slice(1), token.slice(0, 40), `${token} `, token.toUpperCase()]
  for (const text of texts) t.equal(parseApiKeyToken(text), undefined)
})
