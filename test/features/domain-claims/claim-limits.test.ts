import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { beginClaim, claimByMail, wrongCode } from '../../helpers/domains.js'

const MINUTE_MS = 60_000

await t.test('guessing codes and flooding people is cut off', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, organization } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const at = (ms: number) => {
    clock.now = new Date(START.getTime() + ms)
  }
  const eventsOf = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=domain_claim.${type}&limit=100`)).body.data

  await t.test('a wrong code is counted, and the fifth ends the claim', async (t) => {
    const { org, code, verify, read, path } = await beginClaim(app, 'guessed.test')
    for (const left of [4, 3, 2, 1]) {
      const { status, body } = await verify(wrongCode(code))
      t.match([status, body.code, body.tries_left], [422, 'domain_code_wrong', left])
      t.equal((await read()).tries_left, left, 'that it was tried is committed')
    }
    t.match((await verify(wrongCode(code))).body, { code: 'domain_code_wrong', tries_left: 0 })
    t.match(await read(), { status: 'failed', failure: 'too_many_tries', tries_left: null })
    t.match(await verify(code), { status: 410, body: { code: 'domain_claim_failed' } })
    t.match(await eventsOf(org.path, 'failed'), [
      { data: { failure: 'too_many_tries' }, changes: { status: ['pending', 'failed'] } }
    ])
    t.match(await call('POST', `${path}/verify`, { body: { code: '12345' } }), { status: 400 })
  })

  await t.test('five claims of a domain a day, which cuts off guessing', async (t) => {
    const org = await organization()
    const claim = () => claimByMail(app, org, 'ana@often.test')
    for (let n = 0; n < 5; n += 1) {
      at(n * MINUTE_MS)
      t.equal((await claim()).status, 201)
    }
    const refused = await claim()
    t.match([refused.status, refused.body.code], [429, 'domain_claimed_too_often'])
    t.equal(refused.body.retry_after, (DAY_MS - 4 * MINUTE_MS) / 1_000)
    t.equal(refused.headers.get('retry-after'), String(refused.body.retry_after))
    const open = await call('GET', `${org.path}/domain-claims?status=pending`)
    t.equal(open.body.data.length, 1, 'a refused one leaves the open one alone')
    t.equal((await claimByMail(app, org, 'ana@other.test')).status, 201, 'of this domain alone')
    at(DAY_MS)
    t.equal((await claim()).status, 201)
  })

  await t.test('fifty claims of all domains together', async (t) => {
    const org = await organization()
    for (let n = 0; n < 50; n += 1) {
      const body = { method: 'dns', domain: `many-${n}.test` }
      t.equal((await call('POST', `${org.path}/domain-claims`, { body })).status, 201)
    }
    t.match((await claimByMail(app, org, 'ana@many.test')).body, {
      code: 'domain_claimed_too_often',
      max: 50,
      retry_after: DAY_MS / 1_000
    })
  })
})
