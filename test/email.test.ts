import fc from 'fast-check'
import t from 'tap'
import { domainOf, maskEmail, parseDomain, parseEmail } from '../src/email.js'

await t.test('takes what mail can be sent to, and compares it without case', async (t) => {
  const taken = {
    'ana@acme.test': 'ana@acme.test',
    ' Ana@Acme.Test ': 'ana@acme.test',
    "o'neil+tag@sub.acme.co.uk": "o'neil+tag@sub.acme.co.uk",
    'zoé@exämple.fr': 'zoé@xn--exmple-cua.fr',
    'a@b.cd': 'a@b.cd'
  }
  for (const [text, key] of Object.entries(taken)) t.equal(parseEmail(text)?.key, key, text)
  t.equal(parseEmail(' Ana@Acme.Test ')?.email, 'Ana@Acme.Test', 'as it was written')
})

await t.test('refuses what no mail could be sent to', async (t) => {
  const refused = [
    '',
    'ana',
    '@acme.test',
    'ana@',
    'ana@acme',
    'ana@acme..test',
    'ana@-acme.test',
    '.ana@acme.test',
    'an..a@acme.test',
    'an a@acme.test',
    'a@b@acme.test',
    'ana@acme.test\nbcc: all@acme.test',
    'Ana <ana@acme.test>',
    '"quoted"@acme.test',
    'ana@[127.0.0.1]',
    // As a host of an address on the web all of these would be acme.test.
    'ana@acme.test/x.evil.test',
    'ana@acme.test?x.evil.test',
    'ana@acme.test#x.evil.test',
    'ana@acme.test\\x.evil.test',
    'ana@acme%2etest',
    'ana@acme.test:25',
    `${'a'.repeat(65)}@acme.test`,
    `ana@${'a'.repeat(250)}.test`
  ]
  for (const text of refused) t.equal(parseEmail(text), undefined, text)
})

await t.test('reads its own key as the same key, whatever the text', async (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.emailAddress()), (text) => {
      const parsed = parseEmail(text)
      return parsed === undefined || parseEmail(parsed.key)?.key === parsed.key
    }),
    { numRuns: 2_000 }
  )
  t.pass()
})

await t.test('reads a domain as the same domain again, that of an address as it compares', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.domain()), (text) => {
      const domain = parseDomain(text)
      return domain === undefined || parseDomain(domain) === domain
    }),
    { numRuns: 2_000 }
  )
  t.equal(domainOf(parseEmail('Ana@MÜNCHEN.Test')?.key ?? ''), parseDomain('münchen.test'))
  t.end()
})

await t.test('masks all but the first character and the domain', async (t) => {
  t.equal(maskEmail('ana@acme.test'), 'a•••@acme.test')
})
