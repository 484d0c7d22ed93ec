import t from 'tap'
import { renderInvitation as renderMail } from '../../src/mail/templates/invitation.js'
import { renderNotification } from '../../src/mail/templates/notification.js'
import { renderInvitation as renderPage } from '../../src/pages/invitation-view.js'
import { renderSent, renderSignup } from '../../src/pages/join-view.js'
import { concernsMember, NOTIFIABLE } from '../../src/policy/document-shape.js'
import {
  NOTIFICATION_TEXTS,
  OFFER_CODES,
  OFFER_MAIL_TEXTS,
  OWN_TEXTS
} from '../../src/policy/text-codes.js'
import { ownWords } from '../../src/policy/texts.js'

type Texts = Parameters<typeof ownWords>[0]
const KINDS = ['seat', 'reassignment'] as const
const PLACEHOLDER = /\{\w+\}/

/** Everything that is shown to anybody under a policy of these texts. */
function allThatIsSaid(texts: Texts): string {
  return [
    ...KINDS.flatMap((kind) => offersOf(kind, texts)),
    ...notifications(texts),
    ...signupPages(texts)
  ].join('\n')
}

function offersOf(kind: (typeof KINDS)[number], texts: Texts): string[] {
  const mail = renderMail({
    locale: 'en',
    kind,
    teamName: 'Acme',
    inviterName: 'Olga',
    roleLabel: 'Admin',
    message: null,
    url: 'https://muster.test',
    expiresAt: new Date('2030-01-08T00:00:00Z'),
    lifetimeDays: 7,
    timeZone: 'UTC',
    words: ownWords(texts, `mail.${OFFER_CODES[kind]}`, OFFER_MAIL_TEXTS, 'en')
  })
  const offer = {
    organization: { name: 'Acme' },
    role: { key: 'admin', label: 'Admin' },
    invited_by: { name: 'Olga' },
    email: 'a•••@acme.test',
    expires_at: null
  }
  const acceptUrl = 'https://acme.test'
  const open = { offer, kind, message: null, texts, timeZone: 'UTC', acceptUrl }
  return [mail.subject, mail.text, mail.html, renderPage(open, 'en').body]
}

function notifications(texts: Texts): string[] {
  return NOTIFIABLE.flatMap((event) =>
    (concernsMember(event) ? (['others', 'member'] as const) : (['others'] as const)).flatMap(
      (to) => {
        const { subject, text } = renderNotification({
          locale: 'en',
          event,
          to,
          teamName: 'Acme',
          actorName: 'Olga',
          details: concernsMember(event)
            ? {
                member: 'Ana',
                role: 'Admin',
                former_role: event === 'member.role_changed' ? 'Member' : '',
                candidate: event.startsWith('reassignment.') ? 'Bo' : ''
              }
            : {
                ...{ domain: 'acme.test', person: 'Ana', page: 'Spring', limit: '10' },
                ...{ member: 'Ana', percent: '20', amount: '50', needed: '70', available: '60' }
              },
          isLocked: false,
          words: ownWords(texts, `mail.${event}`, NOTIFICATION_TEXTS, 'en')
        })
        return [subject, text]
      }
    )
  )
}

function signupPages(texts: Texts): string[] {
  const page = { organization: { name: 'Acme' }, reason: null, allowed_domains: null }
  const shown = (status: 'active' | 'disabled' | 'full') =>
    ({ page: { ...page, status }, texts, locale: 'en' }) as const
  const pages = (['active', 'disabled', 'full'] as const).map((one) => renderSignup(shown(one)))
  return [...pages, renderSent(shown('active'))].map(({ body }) => body)
}

await t.test('every text of the catalogue is said, with all that it may name', (t) => {
  t.ok(OWN_TEXTS.size > 40)
  for (const [code, placeholders] of OWN_TEXTS) {
    const own = `OWN WORDS ${placeholders.map((name) => `{${name}}`).join(' ')} END`
    const said = allThatIsSaid({ [code]: { en: own } }).replace(/<\/?bdi>/g, '')
    const [mine = ''] = /OWN WORDS .* END/.exec(said) ?? []
    t.ok(mine, code)
    t.notMatch(mine, PLACEHOLDER, code)
    t.notMatch(allThatIsSaid({ [code]: { fr: own } }), 'OWN WORDS', 'not in another language')
  }
  t.notMatch(allThatIsSaid({ 'mail.invitation.unknown': { en: 'OWN WORDS' } }), 'OWN WORDS')
  t.end()
})
