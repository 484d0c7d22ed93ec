import t from 'tap'
import { renderInvitation } from '../../src/pages/invitation-view.js'
import { createTestApp, DAY_MS, START } from '../helpers/app.js'
import { acceptLanguage, inviteByOwner, readPage } from '../helpers/pages.js'
import { policyLike } from '../helpers/policies.js'

const ACCEPT_URL = 'https://app.acme.test/join'

await t.test('the invitation’s page in a policy’s own words', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_ACCEPT_URL: ACCEPT_URL } })
  t.beforeEach(() => {
    app.clock.now = START
  })
  const policyOf = (texts: Record<string, unknown>) => policyLike(app, 'standard', { texts })

  await t.test('heading, opening, button and last line, in their language only', async (t) => {
    const policy = await policyOf({
      'page.invitation.heading': { en: 'Welcome to {team} & co' },
      'page.invitation.opening': { en: '{inviter} wants you as “{role}”.' },
      'page.invitation.action': { en: 'Count me in' },
      'page.invitation.ignore': { en: 'Not for you? Close {team}.' }
    })
    const { page } = await inviteByOwner(app, { organization: { policy, name: '<b>Acme' } })
    const { markup, text } = await readPage(page)
    t.match(markup, '<title>Welcome to &lt;b&gt;Acme &amp; co</title>')
    t.match(markup, '<h1>Welcome to <bdi>&lt;b&gt;Acme</bdi> &amp; co</h1>')
    t.match(text, 'Olga wants you as “Member”.')
    t.match(markup, /<button class="primary">Count me in<\/button>/)
    t.match(text, 'Not for you? Close <b>Acme.')
    const french = await readPage(page, { headers: acceptLanguage('fr') })
    t.match(french.text, 'Olga vous invite à rejoindre <b>Acme.')
  })

  await t.test('own words that name an inviter give way where there is none', async (t) => {
    const policy = await policyOf({ 'page.invitation.opening': { en: 'By {inviter}.' } })
    const org = await app.organization({ policy })
    const { token } = await app.invite(org.path, `${app.unique('ana')}@pages.test`)
    const { text } = await readPage(`${app.url}/invitations/${token}`)
    t.match(text, 'You are invited to join Acme.')
  })

  await t.test(
    'why a link is dead: a title is the heading, a sentence the explanation',
    async (t) => {
      const policy = await policyOf({
        invitation_expired: { en: 'Too late', fr: 'Trop tard' },
        invitation_canceled: { en: 'We took <it> back. Ask us.' }
      })
      const { page } = await inviteByOwner(app, { organization: { policy } })
      const canceled = await inviteByOwner(app, { organization: { policy } })
      await app.call('DELETE', canceled.path)
      const withdrawn = await readPage(canceled.page)
      t.equal(withdrawn.status, 410)
      t.match(withdrawn.text, 'This invitation was withdrawn We took <it> back. Ask us.')
      t.notMatch(withdrawn.text, 'It can no longer be accepted')
      const french = await readPage(canceled.page, { headers: acceptLanguage('fr') })
      t.match(french.text, 'Cette invitation a été retirée')

      app.clock.now = new Date(START.getTime() + 7 * DAY_MS)
      const expired = await readPage(page)
      t.equal(expired.status, 410)
      t.match(expired.markup, '<title>Too late</title>')
      t.match(expired.text, 'Too late It was not accepted in time.')
      t.match(expired.text, '410 invitation_expired')
      t.match((await readPage(`${page}?lang=fr`)).text, 'Trop tard Elle n’a pas été acceptée')
    }
  )

  await t.test('the inviter’s message is shown as text, as theirs', async (t) => {
    const message = 'Hi <b>Ana</b>\nsee https://evil.test'
    const policy = await policyLike(app, 'standard', {
      invitations: { fields: { message: 'optional' } }
    })
    const { page } = await inviteByOwner(app, {
      organization: { policy },
      invitation: { message }
    })
    const { markup } = await readPage(page)
    t.match(
      markup,
      /<bdi>Olga<\/bdi> writes:<\/figcaption>\n<blockquote dir="auto">Hi &lt;b&gt;Ana&lt;\/b&gt;<br>\n/
    )
    t.notMatch(markup, 'https://evil.test')
    t.match((await readPage(`${page}?lang=fr`)).text, 'Olga vous écrit\u00a0: Hi <b>Ana</b>')
    const without = await readPage((await inviteByOwner(app)).page)
    t.notMatch(without.markup, '<blockquote')
  })

  await t.test('a reassignment says that an account is taken over', async (t) => {
    const open = {
      offer: {
        organization: { name: 'Acme' },
        role: { key: 'member', label: 'Member' },
        invited_by: { name: 'Olga' },
        email: 'a•••@acme.test',
        expires_at: null
      },
      kind: 'reassignment',
      message: null,
      texts: { 'page.reassignment.action': { en: 'Mine now' } },
      timeZone: 'UTC',
      acceptUrl: ACCEPT_URL
    } as const
    const english = renderInvitation(open, 'en').body
    t.match(english, '<title>Take over an account in Acme</title>')
    t.match(english, 'invited you to take over an account that exists already in <bdi>Acme</bdi>')
    t.match(english, '<button class="primary">Mine now</button>')
    const french = renderInvitation(open, 'fr').body
    t.match(french, 'reprendre un compte qui existe déjà dans <bdi>Acme</bdi>\u00a0: tout ce')
    t.match(french, '>Reprendre le compte</button>')
    t.notMatch(english + french, /\bjoin\b|rejoindre/)
  })
})
