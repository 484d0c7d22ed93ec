import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import { acceptLanguage, inviteByOwner, readPage } from '../helpers/pages.js'
import { createAccount } from '../helpers/reassignments.js'

const ACCEPT_URL = 'https://app.acme.test/join'
const DECLINE = { form: { action: 'decline' } }

await t.test('declining on the page of an invitation', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_ACCEPT_URL: ACCEPT_URL } })
  const organization = { name: 'Blue Heron' }

  await t.test('a quiet link leads to a question, which changes nothing', async (t) => {
    const { page, path, org } = await inviteByOwner(app, { organization })
    const { markup } = await readPage(page)
    t.match(markup, '<a href="?lang=en&amp;decline=1">Decline</a>')
    const events = async () => (await app.call('GET', `${org.path}/events`)).body.data.length
    const before = await events()

    const question = await readPage(`${page}?lang=en&decline=1`)
    t.equal(question.status, 200)
    t.match(question.markup, '<title>Decline this invitation?</title>')
    t.match(question.text, 'You will not join Blue Heron, and this link will stop working.')
    t.match(question.markup, '<input type="hidden" name="action" value="decline">')
    t.match(question.markup, '<a href="?lang=en">Back to the invitation</a>')
    t.match(question.markup, '<a href="?lang=fr&amp;decline=1"', 'the question in French')
    t.match(question.headers.get('content-security-policy'), "form-action 'self';")
    t.equal((await app.call('GET', path)).body.status, 'pending')
    t.equal(await events(), before)
  })

  await t.test('the button declines, and says so once', async (t) => {
    const { page, path } = await inviteByOwner(app, { organization })
    const done = await readPage(`${page}?lang=en&decline=1`, DECLINE)
    t.equal(done.status, 200)
    t.match(done.markup, '<h1>You declined the invitation</h1>')
    t.match(done.text, 'You will not join Blue Heron.')
    t.notMatch(done.markup, /<form|<button/)
    t.equal((await app.call('GET', path)).body.status, 'declined')

    const again = await readPage(page, DECLINE)
    t.equal(again.status, 410)
    t.match(again.markup, '<h1>This invitation was declined</h1>')
    t.match(await readPage(`${page}?decline=1`), { status: 410 })
  })

  await t.test('in French', async (t) => {
    const { page } = await inviteByOwner(app, { organization })
    const headers = acceptLanguage('fr')
    t.match(
      (await readPage(page, { headers })).markup,
      '<a href="?lang=fr&amp;decline=1">Refuser</a>'
    )
    const question = await readPage(`${page}?decline=1`, { headers })
    t.match(question.markup, '<h1>Refuser cette invitation\u00a0?</h1>')
    t.match(question.text, 'Vous ne rejoindrez pas Blue Heron')
    const done = await readPage(`${page}?lang=fr&decline=1`, DECLINE)
    t.match(done.markup, '<h1>Vous avez refusé l’invitation</h1>')
    t.notMatch(question.text + done.text, /[\w]'[\w]| [:;!?»]/, 'typography')
  })

  await t.test('of a reassignment, in its own words', async (t) => {
    const account = await createAccount(app)
    const { token, invitation } = await account.reassign(account.candidate().email)
    const page = `${app.url}/invitations/${token}`
    const question = await readPage(`${page}?decline=1`)
    t.match(question.text, 'You will not take over the account in Acme')
    t.match((await readPage(page, DECLINE)).text, 'You will not take over the account in Acme.')
    t.equal((await account.invitation(invitation.id)).status, 'declined')
  })
})
