import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import { appWithRoutes, nameOf } from '../helpers/routes.js'

/** What neither reads nor writes the database, and what is asked all the time. */
const UNLIMITED = ['/healthz', '/readyz', '/metrics', '/openapi.json']

/** Of those that count a request by what is in it. */
const BODIES: Record<string, object> = {
  'POST /v1/invitations/lookup': { token: 'mlk_x' },
  'POST /v1/invitations/decline': { token: 'mlk_x' },
  'POST /v1/signup-pages/{slug}/signups': { email: 'ana@acme.test' }
}
const FORMS: Record<string, string> = {
  'POST /join/{slug}': 'email=ana%40acme.test',
  'POST /domains/{token}': '',
  'POST /invitations/{token}': 'action=decline',
  'POST /unsubscribe/{token}': ''
}

await t.test('every door that is open to anyone has a budget', async (t) => {
  const { app, routes } = await appWithRoutes(t, {
    environment: { MUSTER_MAIL_EVENTS_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}` }
  })
  const doors = routes.filter(
    ({ access, path }) =>
      access.class === 'public' && !UNLIMITED.includes(path) && !path.startsWith('/docs')
  )
  t.ok(doors.length >= 15)
  for (const door of doors) {
    const name = nameOf(door)
    const form = FORMS[name]
    const body = form ?? (BODIES[name] && JSON.stringify(BODIES[name]))
    const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded'
    const response = await fetch(app.url + door.path.replace(/\{\w+\}/g, 'x'), {
      method: door.method,
      redirect: 'manual',
      ...(body === undefined ? {} : { body, headers: { 'content-type': type } })
    })
    await response.text()
    t.match(response.headers.get('ratelimit-policy'), /^"address";q=\d+;w=60/, name)
    t.match(response.headers.get('ratelimit'), /^"address";r=\d+;t=\d+/, name)
  }
  for (const path of UNLIMITED) {
    t.equal((await fetch(app.url + path)).headers.get('ratelimit'), null, path)
  }
})

await t.test('to ask for the head of an answer is to ask for it', async (t) => {
  const { url } = await createTestApp(t)
  const left = async (method: string) => {
    const { headers } = await fetch(`${url}/problems`, { method })
    return Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])
  }
  const first = await left('GET')
  t.equal(await left('HEAD'), first - 1)
  t.equal(await left('GET'), first - 2)
})
