import t from 'tap'
import { type InvitationMail, renderInvitation } from '../../../src/mail/templates/invitation.js'

const URL = 'https://muster.test/i/mlk_abc?x=1&y=2'

const render = (over: Partial<InvitationMail> = {}) =>
  renderInvitation({
    locale: 'en',
    kind: 'seat',
    teamName: 'Acme',
    inviterName: 'Ada Lovelace',
    roleLabel: 'Admin',
    message: null,
    url: URL,
    expiresAt: new Date('2030-01-08T00:05:00Z'),
    lifetimeDays: 7,
    timeZone: 'UTC',
    words: {},
    ...over
  })

/** What a reader sees of the HTML part. */
const visible = (markup: string) =>
  markup
    .replace(/^.*<body/s, '<body')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')

const links = (part: string) => part.match(/https?:\/\/[^\s"<>]+/g) ?? []
const anchors = (markup: string) => markup.match(/<a /g) ?? []

await t.test('English: subject and both parts name team, inviter, role and expiry', async (t) => {
  const mail = render({ timeZone: 'America/New_York' })
  t.equal(mail.subject, 'Ada Lovelace invited you to join Acme')
  const sentences = [
    'Ada Lovelace invited you to join Acme with the role “Admin”.',
    'Accept the invitation',
    /This invitation is valid until Monday, January 7, 2030 at 7:05\sPM EST\./,
    'If you did not expect this invitation, you can ignore this email.'
  ]
  for (const part of [mail.text, visible(mail.html)]) {
    for (const sentence of sentences) t.match(part, sentence)
  }
})

await t.test('French: the same, with French typography and date', async (t) => {
  const mail = render({ locale: 'fr', timeZone: 'Europe/Paris' })
  t.equal(mail.subject, 'Ada Lovelace vous invite à rejoindre Acme')
  const sentences = [
    'Ada Lovelace vous invite à rejoindre Acme avec le rôle «\u202fAdmin\u202f».',
    'Accepter l’invitation',
    'Cette invitation est valable jusqu’au mardi 8 janvier 2030 à 01:05 UTC+1.',
    'Si vous n’attendiez pas cette invitation, vous pouvez ignorer cet e-mail.'
  ]
  for (const part of [mail.text, visible(mail.html)]) {
    for (const sentence of sentences) t.match(part, sentence)
    t.notMatch(part, /[\w]'[\w]/, 'no typewriter apostrophe')
    t.notMatch(part, / [:;!?»]|« /, 'no space that could break a line')
  }
  t.match(mail.html, '<html lang="fr"')
  t.match(render({ locale: 'fr', expiresAt: new Date('2030-02-01T12:00:00Z') }).text, '1er février')
})

await t.test('each part has one link: the address as it is, and one button', async (t) => {
  for (const locale of ['en', 'fr'] as const) {
    const mail = render({ locale })
    t.same(links(mail.text), [URL])
    t.ok(mail.text.split('\n').includes(URL), 'on a line of its own')
    t.same(links(mail.html), ['https://muster.test/i/mlk_abc?x=1&amp;y=2'])
    t.equal(anchors(mail.html).length, 1)
  }
})

await t.test('the last line says that an unexpected invitation can be ignored', async (t) => {
  t.match(render().text.trimEnd().split('\n').at(-1), 'you can ignore this email')
  t.match(render({ locale: 'fr' }).text.trimEnd().split('\n').at(-1), 'ignorer cet e-mail')
})

await t.test('without an inviter nobody is named, in both languages', async (t) => {
  for (const inviterName of [null, '', ' \n\u202e']) {
    const english = render({ inviterName })
    t.equal(english.subject, 'You are invited to join Acme')
    t.match(english.text, /^You are invited to join Acme with the role “Admin”\.$/m)
    t.match(visible(english.html), 'You are invited to join Acme with the role “Admin”.')
    const french = render({ inviterName, locale: 'fr' })
    t.equal(french.subject, 'Invitation à rejoindre Acme')
    t.match(french.text, 'Vous avez reçu une invitation à rejoindre Acme avec le rôle')
  }
})

await t.test('without an expiry nothing is said of it', async (t) => {
  for (const locale of ['en', 'fr'] as const) {
    const { text, html } = render({ locale, expiresAt: null })
    t.notMatch(text + html, /valid|valable|2030|null|\{/)
  }
})

await t.test('markup in a name is shown, not run', async (t) => {
  const name = `<script>alert("1")</script>'&amp;`
  const mail = render({ teamName: name, inviterName: name, roleLabel: name })
  t.notMatch(mail.html, '<script')
  t.match(mail.html, '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;amp;')
  t.match(mail.subject, name, 'a subject is text')
})

await t.test('a name with placeholders or replacement patterns stays itself', async (t) => {
  const mail = render({ teamName: '{role} $& $1', inviterName: '{team}' })
  t.equal(mail.subject, '{team} invited you to join {role} $& $1')
  t.match(visible(mail.html), '{team} invited you to join {role} $& $1 with the role “Admin”.')
})

await t.test('line breaks, control and bidi control characters leave every name', async (t) => {
  const mail = render({
    teamName: 'Ac\r\nBcc: spy@evil.test\u0000\u2028me',
    inviterName: '\u202egro.live\u202c Ada\u2066\u200f',
    roleLabel: 'Ad\u061cmin'
  })
  t.equal(mail.subject, 'gro.live Ada invited you to join Ac Bcc: spy@evil.test me')
  t.match(mail.text, '“Admin”')
  t.notMatch(mail.subject + mail.html + mail.text, /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
  t.notMatch(mail.text, /[\u0000-\u0009\u000b-\u001f]/)
})

await t.test('a right-to-left name is isolated; any other is left alone', async (t) => {
  const mail = render({ teamName: 'פועלים', inviterName: 'ليلى' })
  t.equal(mail.subject, '\u2068ليلى\u2069 invited you to join \u2068פועלים\u2069')
  t.match(
    mail.text,
    '\u2068ليلى\u2069 invited you to join \u2068פועלים\u2069 with the role “Admin”.'
  )
  t.match(mail.html, '<bdi>ليلى</bdi> invited you to join <bdi>פועלים</bdi>')
  t.notMatch(render({ teamName: 'Équipe 東京 🚀' }).subject, /[\u2066-\u2069]/)
})

await t.test('emoji and accents survive, joined ones too', async (t) => {
  const mail = render({ teamName: 'Été 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿' })
  for (const part of [mail.subject, mail.text, mail.html]) t.match(part, 'Été 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿')
})

await t.test('a name of 10 kB is cut between characters, and the mail stays whole', async (t) => {
  for (const char of ['x', '👩‍👩‍👧‍👦', 'é', 'e\u0301\u0302', '<']) {
    const name = char.repeat(Math.ceil(10_240 / char.length))
    const mail = render({ teamName: name, inviterName: name, roleLabel: name })
    t.ok(mail.subject.length < 250, 'the subject fits')
    const [inviter = ''] = mail.subject.split(' invited')
    t.match(inviter, /…$/)
    t.equal(inviter.slice(0, -1).replaceAll(char, ''), '', 'no character is cut in two')
    t.same(links(mail.text), [URL])
    t.equal(anchors(mail.html).length, 1)
    t.ok(mail.html.length < 10_000)
  }
  t.match(render({ teamName: `e${'\u0301'.repeat(10_240)}` }).subject, /join …$/)
})

await t.test('a name that looks like an address does not become a second link', async (t) => {
  const mail = render({ teamName: 'https://evil.test/x', inviterName: 'win at evil.test' })
  t.equal(mail.subject, 'win at evil.test invited you to join https://evil.test/x')
  t.same(links(mail.text), [URL])
  t.notMatch(mail.text + visible(mail.html), 'evil.test')
  t.match(mail.text.replaceAll('\u200c', ''), 'win at evil.test invited you to join https://evil')
})

await t.test('a team whose name has nothing to show is still called something', async (t) => {
  t.equal(render({ teamName: '\u202e\n' }).subject, 'Ada Lovelace invited you to join a team')
  t.match(render({ teamName: '', locale: 'fr' }).subject, /rejoindre une équipe$/)
})

await t.test('the HTML needs nothing from outside and is fit for screen readers', async (t) => {
  const { html } = render()
  t.match(html, /^<!doctype html>\n<html lang="en" dir="ltr">/)
  t.match(html, '<meta name="color-scheme" content="light dark">')
  t.notMatch(html, /<(img|link|style|script|iframe)|url\(|@import|class=/)
  for (const table of html.match(/<table[^>]*>/g) ?? []) t.match(table, 'role="presentation"')
  t.notMatch(
    html.replace(/<td bgcolor[\s\S]*?<\/td>/, ''),
    /#[0-9a-f]{6}/,
    'only the button is coloured'
  )
  t.ok(contrast('#ffffff', '#1d4ed8') >= 4.5)
  t.match(html, 'background-color:#1d4ed8;color:#ffffff')
})

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
