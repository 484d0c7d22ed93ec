import t from 'tap'
import { type DomainCodeMail, renderDomainCode } from '../../../src/mail/templates/domain-code.js'

const URL = 'https://muster.test/domains/mlk_abc'

const render = (over: Partial<DomainCodeMail> = {}) =>
  renderDomainCode({
    locale: 'en',
    teamName: 'Acme',
    claimantName: 'Olga',
    domain: 'acme.test',
    code: '042157',
    url: URL,
    expiresAt: new Date('2030-01-01T00:15:00Z'),
    timeZone: 'UTC',
    ...over
  })

/** What a reader sees of a part. */
const visible = (part: string) =>
  part
    .replace(/^.*<body/s, '<body')
    .replace(/<[^>]*>/g, '')
    .replaceAll('\u200c', '')

await t.test('both parts have the code, until when, and what it is worth', (t) => {
  const mail = render()
  t.equal(mail.subject, 'Your code to confirm acme.test')
  for (const part of [mail.text, mail.html]) {
    for (const sentence of [
      'Your code: 042157',
      'Olga claims the domain acme.test for Acme',
      'Confirm the domain',
      'valid until Tuesday, January 1, 2030 at 12:15',
      'give the code to nobody: with it, Acme can let in everybody who has an address on acme.test.'
    ]) {
      t.match(visible(part), sentence)
    }
    t.equal(part.split(URL).length, 2, 'one link')
  }
  t.notMatch(mail.subject, '042157', 'nor is the code on a locked screen')
  t.end()
})

await t.test('in French as well', (t) => {
  const { subject, text } = render({ locale: 'fr', timeZone: 'Europe/Paris' })
  t.equal(subject, 'Votre code pour confirmer acme.test')
  t.match(text, 'Votre code\u00a0: 042157')
  t.match(text, 'valables jusqu’au mardi 1er janvier 2030 à 01:15')
  t.match(text, 'ne donnez le code à personne')
  t.end()
})

await t.test('names neither forge a header nor a link, and need not be there', (t) => {
  const mail = render({ teamName: 'Evil\r\nBcc: all@acme.test', claimantName: '<b>evil.test</b>' })
  t.notMatch(mail.subject, /[\r\n]/)
  t.match(mail.html, '&lt;b&gt;')
  t.notMatch(mail.text, /evil\.test/, 'a name becomes no link')
  t.match(visible(render({ claimantName: null }).text), 'The domain acme.test is claimed for Acme')
  t.match(
    visible(render({ teamName: ' ' }).text),
    'Olga claims the domain acme.test for a team, and'
  )
  t.end()
})
