import t from 'tap'
import { parseDomain } from '../../../src/email.js'
import { Problem } from '../../../src/errors.js'
import { refuseUnclaimable } from '../../../src/features/domain-claims/claimable-domain.js'

/** Undefined: it can be claimed. */
function refusalOf(written: string): string | undefined {
  try {
    refuseUnclaimable(parseDomain(written) ?? written)
  } catch (error) {
    return error instanceof Problem ? error.definition.code : String(error)
  }
  return undefined
}

await t.test('domains of a team can be claimed, and what is below them', async (t) => {
  for (const domain of [
    'acme.test',
    'deep.below.acme.test',
    'acme-industries.co.uk',
    'mail.acme-industries.fr',
    'team.github.io',
    'münchner-bäckerei.de',
    'xn--mnchner-bckerei-3nb80a.de',
    'acme.рф',
    'acme.intranet'
  ]) {
    t.equal(refusalOf(domain), undefined, domain)
  }
})

await t.test('where everybody can have an address, nobody can claim', async (t) => {
  for (const domain of [
    'gmail.com',
    'GMAIL.com',
    'gmail.com.',
    'ｇｍａｉｌ.com',
    'gmail。com',
    'mail.gmail.com',
    'outlook.com',
    'yahoo.co.uk',
    'orange.fr',
    'laposte.net',
    'icloud.com',
    'proton.me',
    'müll.email'
  ]) {
    t.equal(refusalOf(domain), 'domain_is_public_mail', domain)
  }
  for (const domain of ['mailinator.com', 'any.mailinator.com']) {
    t.match(refusalOf(domain), /^domain_is_(disposable|public_mail)$/, domain)
  }
  t.equal(refusalOf('0-mail.com'), 'domain_is_disposable')
})

await t.test(
  'a homograph is another domain: it gives nothing of the one it looks like',
  async (t) => {
    const cyrillic = parseDomain('gmаil.com')
    t.equal(cyrillic, 'xn--gmil-63d.com')
    t.equal(refusalOf('gmаil.com'), undefined)
  }
)

await t.test('public suffixes, also private ones', async (t) => {
  for (const domain of [
    'co.uk',
    'com.au',
    'github.io',
    'blogspot.com',
    'herokuapp.com',
    'xn--55qx5d.cn'
  ]) {
    t.equal(refusalOf(domain), 'domain_is_public_suffix', domain)
  }
})

await t.test('what is no domain', async (t) => {
  for (const text of [
    'localhost',
    'com',
    '',
    '.',
    '..',
    'acme..test',
    '-acme.test',
    'acme-.test',
    'ac_me.test',
    '_muster-challenge.acme.test',
    '*.acme.test',
    'acme.test/path',
    'https://acme.test',
    'acme.test:80',
    'olga@acme.test',
    '%61cme.test',
    'ac me.test',
    '192.168.1.10',
    '10.0.0.10',
    '0x7f.1',
    '::1',
    '[::1]',
    '1.2.3.456',
    'xn--a.com',
    `${'a'.repeat(64)}.test`,
    `${'a.'.repeat(130)}test`
  ]) {
    t.equal(parseDomain(text), undefined, text)
    t.equal(refusalOf(text), 'invalid_domain', text)
  }
})

await t.test('one domain in all its forms is one', async (t) => {
  t.equal(parseDomain(' ACME.Test. '), 'acme.test')
  t.equal(parseDomain('München.DE'), 'xn--mnchen-3ya.de')
  t.equal(parseDomain('mu\u0308nchen.de'), 'xn--mnchen-3ya.de')
  t.equal(parseDomain('xn--mnchen-3ya.de'), 'xn--mnchen-3ya.de')
  const longest = `${'a'.repeat(61)}.${'b'.repeat(61)}.${'c'.repeat(61)}.${'d'.repeat(62)}.test`
  t.equal(longest.length, 253)
  t.equal(parseDomain(longest), longest)
  t.equal(parseDomain(`d${longest}`), undefined)
})
