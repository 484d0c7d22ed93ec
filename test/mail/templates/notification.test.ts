import t from 'tap'
import {
  type NotificationMail,
  renderNotification
} from '../../../src/mail/templates/notification.js'
import { concernsMember, NOTIFIABLE } from '../../../src/policy/document-shape.js'

const DETAILS = {
  member: 'Ana',
  role: 'Admin',
  former_role: 'Member',
  candidate: 'bo@acme.test',
  domain: 'acme.test',
  person: 'Bo (bo@acme.test)',
  page: 'Spring',
  limit: '10'
}

const render = (over: Partial<NotificationMail> = {}) =>
  renderNotification({
    locale: 'en',
    event: 'member.role_changed',
    to: 'others',
    teamName: 'Acme',
    actorName: 'Olga',
    details: DETAILS,
    isLocked: false,
    words: {},
    ...over
  })

const visible = (markup: string) =>
  markup
    .replace(/^.*<body/s, '<body')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&amp;', '&')

await t.test('others are told who did what to whom', async (t) => {
  const mail = render()
  t.equal(mail.subject, 'Ana has another role in Acme')
  const sentence = 'Olga changed the role of Ana from “Member” to “Admin” in Acme.'
  t.equal(mail.text, `${sentence}\n\nYou receive this email because of your role in Acme.\n`)
  t.match(visible(mail.html), sentence)
  t.match(mail.html, '<h1')
  const french = render({ locale: 'fr' })
  t.equal(french.subject, 'Ana a un autre rôle dans Acme')
  t.match(french.text, 'Ana passe de «\u202fMember\u202f» à «\u202fAdmin\u202f».')
})

await t.test('the member concerned is addressed, not told of', async (t) => {
  const mail = render({ to: 'member' })
  t.equal(mail.subject, 'Your role in Acme is now “Admin”')
  t.match(mail.text, /^Your role in Acme is now “Admin”\. Before, it was “Member”\.\n/)
  t.match(mail.text, 'because it concerns your account in Acme')
  t.match(render({ to: 'member', locale: 'fr' }).text, /^Votre rôle dans Acme est désormais/)
})

/** Everything that can be told of, to whom, by whom and in which language. */
const ALL = NOTIFIABLE.flatMap((event) =>
  (['en', 'fr'] as const).flatMap((locale) =>
    (concernsMember(event) ? (['others', 'member'] as const) : (['others'] as const)).flatMap(
      (to) => ['Olga', null].map((actorName) => ({ event, locale, to, actorName, isLocked: true }))
    )
  )
)

await t.test('every event: whole sentences in both languages, and nothing to click', async (t) => {
  for (const one of ALL) {
    const { subject, text, html } = render(one)
    const [opening = ''] = text.split('\n\n')
    t.match(subject, 'Acme', one.event)
    t.match(opening, /^[^\n]*\.$/)
    t.match(visible(html), opening)
    for (const part of [subject, text, html]) t.notMatch(part, /\{\w+\}|undefined|null/)
    t.notMatch(text + html, /<a |https?:/)
    if (one.actorName === null) t.notMatch(text, 'Olga')
    if (one.to === 'member') t.notMatch(subject + text, 'Ana')
    else if (concernsMember(one.event)) t.match(subject + text, 'Ana')
    if (one.locale === 'fr') t.notMatch(subject + text, /[\w]'[\w]| [:;!?»]|« /, 'typography')
  }
})

await t.test('of an account that stays locked it is said so', async (t) => {
  const event = 'reassignment.declined'
  const locked = render({ event, isLocked: true })
  t.match(locked.text, 'bo@\u200cacme.\u200ctest declined to take over the account of Ana in Acme.')
  t.match(locked.text, '\n\nThe account stays locked until somebody takes it over')
  t.match(visible(locked.html), 'The account stays locked')
  t.notMatch(render({ event }).text, 'locked')
})

await t.test('names are as harmless as in an invitation', async (t) => {
  const evil = '<b>evil.test</b>\u202e\r\n'
  const { subject, text, html } = render({
    details: { ...DETAILS, member: evil },
    actorName: evil,
    teamName: evil
  })
  t.equal(subject, '<b>evil.test</b> has another role in <b>evil.test</b>')
  t.notMatch(text, 'evil.test')
  t.notMatch(html, '<b>')
  t.match(html, '<bdi>&lt;b&gt;evil.\u200ctest&lt;/b&gt;</bdi>')
  t.match(render({ details: { ...DETAILS, member: 'ליל' } }).text, '\u2068ליל\u2069')
  t.match(render({ teamName: ' ' }).text, 'in a team.')
})

await t.test('own words: for others and for the member concerned by themselves', async (t) => {
  const words = {
    subject: '{member}: {role}',
    opening: '{actor}, {member}, {former_role} → {role}, {team}',
    member_subject: 'You: {role}',
    member_opening: '{actor} did it.'
  }
  const others = render({ words })
  t.equal(others.subject, 'Ana: Admin')
  t.match(others.text, /^Olga, Ana, Member → Admin, Acme\n/)
  const member = render({ words, to: 'member' })
  t.equal(member.subject, 'You: Admin')
  t.match(member.text, /^Olga did it\.\n/)
  t.match(render({ words, actorName: null }).text, /^The role of Ana was changed/)
  t.match(render({ words: { opening: 'X' }, to: 'member' }).text, /^Your role in Acme/)
})
