import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { until } from '../../helpers/database.js'

await t.test(
  'AMP-35: a sending error is a visible state, from which one sends again',
  async (t) => {
    const manner = { fails: true }
    const sent: string[] = []
    const app = await createTestApp(t, {
      worker: { backoffMs: 1 },
      mailer: {
        send: async ({ to }) => {
          if (manner.fails) throw new Error('the mail server is away')
          sent.push(to)
        },
        close: async () => undefined
      }
    })
    const { call } = app
    const team = await app.organization({ policy: 'ampliphi' })
    const { body } = await call('POST', `${team.path}/invitations`, {
      actor: team.as,
      body: { emails: 'unlucky@ampliphi.test' }
    })
    const { id } = body.data[0].invitation
    const delivery = (wanted: string) =>
      until(async () => {
        const { body } = await call('GET', `${team.path}/invitations/${String(id)}`)
        return body.delivery === wanted && (body as { status: string })
      })
    t.equal((await delivery('failed')).status, 'pending')

    manner.fails = false
    const again = await call('POST', `${team.path}/invitations/${String(id)}/resend`, {
      actor: team.as,
      body: {}
    })
    t.equal(again.status, 200)
    await delivery('sent')
    t.same(sent, ['unlucky@ampliphi.test'])
  }
)
