import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { signupStories } from '../../helpers/signup-pages.js'

await t.test('disabling and enabling a signup page', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, organization } = app
  const { openPage } = signupStories(app)
  const events = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=${type}&limit=100`)).body.data
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('disabled and enabled, each once, at the same URL', async (t) => {
    const { path } = await organization()
    const { at, answer } = await openPage(path)
    t.same((await call('POST', `${at}/enable`)).body, answer.body, 'it is')
    clock.now = new Date(START.getTime() + DAY_MS)
    const disabled = await call('POST', `${at}/disable`)
    t.match(disabled, {
      status: 200,
      body: { status: 'disabled', disabled_at: clock.now.toISOString(), url: answer.body.url }
    })
    t.same((await call('POST', `${at}/disable`)).body, disabled.body)
    const enabled = await call('POST', `${at}/enable`)
    t.match(enabled.body, { status: 'active', disabled_at: null, url: answer.body.url })
    t.equal((await events(path, 'signup_page.disabled')).length, 1)
    t.match(await events(path, 'signup_page.enabled'), [
      { changes: { status: ['disabled', 'active'] } }
    ])
  })
})
