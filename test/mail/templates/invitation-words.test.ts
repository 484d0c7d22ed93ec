import t from 'tap'
import { type InvitationMail, renderInvitation } from '../../../src/mail/templates/invitation.js'

const URL = 'https://muster.test/i/mlk_abc'

const render = (over: Partial<InvitationMail> = {}) =>
  renderInvitation({
    locale: 'en',
    kind: 'seat',
    teamName: 'Acme',
    inviterName: 'Ada',
    roleLabel: 'Admin',
    message: null,
    url: URL,
    expiresAt: new Date('2030-01-08T00:05:00Z'),
    lifetimeDays: 7,
    timeZone: 'UTC',
    words: {},
    ...over
  })

const body = (markup: string) => markup.replace(/^.*<body/s, '<body').replaceAll(/<\/?bdi>/g, '')
const links = (part: string) => part.match(/https?:\/\/[^\s"<>]+/g) ?? []

await t.test('own words take the place of ours, one by one, in both parts', async (t) => {
  const words = {
    subject: 'S {inviter} {team} {role} {days}',
    heading: 'H {team}',
    opening: 'O {inviter} {team} {role}',
    action: 'A {team}',
    expiry: 'E {days} {date}',
    ignore: 'I {team}'
  }
  const { subject, text, html } = render({ words })
  t.equal(subject, 'S Ada Acme Admin 7')
  t.match(
    text,
    /^O Ada Acme Admin\n\nA Acme:\nhttps:\S+\n\nE 7 Tuesday, January 8, 2030 [^\n]*\n\nI Acme\n$/
  )
  for (const shown of ['H Acme</h1>', 'O Ada Acme Admin', 'A Acme</a>', 'E 7 Tues', 'I Acme']) {
    t.match(body(html), shown)
  }
  const one = render({ words: { opening: 'Welcome.' } })
  t.equal(one.subject, 'Ada invited you to join Acme')
  t.match(one.text, /^Join Acme\n\nWelcome\.\n/, 'the team is named in each part')
})

await t.test('names in own words are as harmless as in ours', async (t) => {
  const evil = '<b>https://evil.test</b>\u202e\r\n'
  const { subject, text, html } = render({
    teamName: evil,
    inviterName: evil,
    roleLabel: 'ליל',
    words: { subject: '{team}!', opening: '{inviter} & <i> {role}', action: 'Join {team}' }
  })
  t.equal(subject, '<b>https://evil.test</b>!')
  t.match(text, '& <i> \u2068ליל\u2069')
  t.same(links(text), [URL], 'no name becomes a link, also not above the address')
  t.same(links(html.replace(/<title>.*<\/title>/, '')), [URL])
  t.match(html, '&amp; &lt;i&gt; <bdi>ליל</bdi>', 'own words are text, too')
  t.notMatch(html, /<b>|<i>|\u202e/)
  t.equal(render({ words: { subject: 'One\r\nBcc: {team}' } }).subject, 'One Bcc: Acme')
})

await t.test('own words that name what is not known give way to ours', async (t) => {
  const words = { subject: '{inviter} & {team}', opening: 'By {inviter}.', action: 'In {days}' }
  const alone = render({ inviterName: '\u202e', words })
  t.equal(alone.subject, 'You are invited to join Acme')
  t.match(alone.text, /^You are invited to join Acme with the role “Admin”\./)
  const endless = render({ expiresAt: null, lifetimeDays: null, words })
  t.match(endless.text, 'Accept the invitation:\n')
  t.equal(endless.subject, 'Ada & Acme')
  t.match(render({ words: { opening: '{tema} {constructor}' } }).text, /^Ada invited you/)
})

await t.test('an invitation without end says nothing of an end, in no words', async (t) => {
  const words = { expiry: 'Expires.' }
  const { text, html } = render({ expiresAt: null, lifetimeDays: null, words })
  t.notMatch(text + html, 'Expires.')
  t.match(render({ words }).text, 'Expires.')
})

await t.test('own words above an address get one colon', async (t) => {
  const action = (text: string, locale: 'en' | 'fr' = 'en') =>
    /^.*(?=\nhttps)/m.exec(render({ locale, words: { action: text } }).text)?.[0]
  t.equal(action('Click here'), 'Click here:')
  t.equal(action('Click here:'), 'Click here:')
  t.equal(action('Go!'), 'Go!')
  t.equal(action('Rejoindre {team}', 'fr'), 'Rejoindre Acme\u00a0:')
})

await t.test(
  'a call stands above the link, and in the plain part instead of its name',
  async (t) => {
    const { text, html } = render({ words: { call: 'Click below to join {team}' } })
    t.match(text, '\n\nClick below to join Acme:\nhttps')
    t.notMatch(text, 'Accept the invitation')
    t.match(body(html), /Click below to join Acme<\/p>\n<table[^]*>Accept the invitation<\/a>/)
    t.match(
      render({ inviterName: null, words: { call: 'By {inviter}' } }).text,
      'Accept the invitation:'
    )
  }
)

await t.test('a reassignment says that an account is taken over, in both languages', async (t) => {
  const kind = 'reassignment'
  const english = render({ kind })
  t.equal(english.subject, 'Ada invited you to take over an account in Acme')
  t.match(english.text, 'take over an account that exists already in Acme')
  t.match(body(english.html), 'Take over the account</a>')
  const alone = render({ kind, locale: 'fr', inviterName: null })
  t.equal(alone.subject, 'Invitation à reprendre un compte dans Acme')
  t.match(alone.text, 'reprendre un compte qui existe déjà dans Acme\u00a0: tout ce')
  t.match(alone.text, 'Reprendre le compte\u00a0:\nhttps')
  t.notMatch(english.text + english.html + alone.text + alone.html, /\bjoin\b|rejoindre/i)
  t.match(render({ kind, words: { subject: 'Yours: {team}' } }).subject, 'Yours: Acme')
})

await t.test('SM-29: the inviter’s message stands in both parts, as theirs', async (t) => {
  const message = 'Hello Bo,\r\n\r\n\r\n\r\nwe <3 you & yours. {team} $&\n\n'
  const { text, html } = render({ message })
  t.match(text, 'Ada writes:\n\n> Hello Bo,\n>\n> we <3 you & yours. {team} $&\n\nAccept the')
  t.match(
    body(html),
    /Ada writes:<\/p>\n<blockquote [^>]*>Hello Bo,<br>\n<br>\nwe &lt;3 you &amp; yours\. \{team\} \$&amp;<\/blockquote>/
  )
  t.match(render({ message, locale: 'fr' }).text, 'Ada vous écrit\u00a0:\n\n> Hello')
  t.match(render({ message, inviterName: null }).text, 'Whoever invites you writes:\n\n> Hello')
  t.match(render({ message, inviterName: null, locale: 'fr' }).text, 'vous invite vous écrit')
})

await t.test('a message has no links, whatever it is made of', async (t) => {
  const message = [
    'https://evil.test/login and evil.test',
    'mailto:thief@evil.test, www.evil.test:8080',
    'http:\\\\evil.test <a href="https://evil.test">',
    '(evil.test) _evil.test 💩.la evil。test'
  ].join('\n')
  const { text, html } = render({ message })
  t.same(links(text), [URL])
  t.same(links(html), [URL])
  t.equal(html.match(/<a /g)?.length, 1)
  t.notMatch(text + html, /evil[.。]test|@evil|💩\.la|mailto:\S*@(?!\u200c)/)
  t.equal(text.replaceAll('\u200c', '').includes(message.replaceAll('\n', '\n> ')), true)
})

await t.test('a message neither turns text around nor pushes the rest away', async (t) => {
  const { text, html } = render({
    message: `\u202e\u2066a\u0000b\tc\u2028${'\n'.repeat(1_900)}שלום  \n`
  })
  t.match(text, '> a b c\n>\n> \u2068שלום\u2069\n\nAccept')
  t.match(html, 'a b c<br>\n<br>\nשלום</blockquote>')
  t.notMatch(html, /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
  for (const nothing of ['', '\n \t\n', '\u202e']) {
    t.notMatch(render({ message: nothing }).text, /writes|>/)
    t.notMatch(render({ message: nothing }).html, /writes|<blockquote/)
  }
})
