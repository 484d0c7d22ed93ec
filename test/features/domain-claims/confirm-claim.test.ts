import t from 'tap'
import type { CallContext } from '../../../src/context.js'
import { Problem } from '../../../src/errors.js'
import { confirmClaim } from '../../../src/features/domain-claims/confirm-claim.js'
import { findOpenClaim } from '../../../src/features/domain-claims/find-open-claim.js'
import { createTestApp, START } from '../../helpers/app.js'
import { beginClaim, claimDomain } from '../../helpers/domains.js'

/** What a page says of a link: the code of the problem, or what it answers. */
async function told(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Problem) return error.definition.code
    throw error
  }
}

await t.test('the link of the mail proves what its code proves', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, organization } = app
  const context = (): CallContext => ({
    actor: { type: 'user', id: null, name: null },
    now: clock.now,
    requestId: null,
    locale: 'en'
  })
  const look = (token: string) => told(findOpenClaim(deps, context(), token))
  const confirm = (token: string) => told(confirmClaim(deps, context(), token))

  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('it is shown what is confirmed; only confirming confirms it', async (t) => {
    const { org, token, read } = await beginClaim(app, 'link.test')
    const shown = {
      domain: 'link.test',
      email: 'a•••@link.test',
      organization: { id: org.id, name: 'Acme' },
      timeZone: 'UTC'
    }
    t.match(await look(token), shown)
    t.equal((await read()).status, 'pending', 'looking changes nothing')
    const confirmed = {
      domain: 'link.test',
      organization: { id: org.id, name: 'Acme' },
      join: 'prompt'
    }
    t.same(await confirm(token), confirmed)
    t.equal((await read()).status, 'verified')
    t.same(await confirm(token), confirmed, 'again, it is what it is')
    t.equal(await look(token), 'domain_claim_verified')
    const { body } = await call('GET', `${org.path}/events?type=domain_claim.verified`)
    t.match(body.data, [{ actor: { type: 'user' } }])
    t.equal(body.data.length, 1)
  })

  await t.test('a link that is none, or of something else', async (t) => {
    const { token, org } = await beginClaim(app, 'cut.test')
    const { token: invitation } = await app.invite(org.path, 'bo@cut.test')
    for (const wrong of ['', 'mlk_', token.slice(0, -1), `${token}x`, invitation]) {
      t.equal(await look(wrong), 'domain_link_invalid')
      t.equal(await confirm(wrong), 'domain_link_invalid')
    }
  })

  await t.test('every end of a claim is told as what it is', async (t) => {
    const late = await beginClaim(app, 'late.test')
    clock.now = new Date(START.getTime() + 15 * 60_000)
    t.equal(await look(late.token), 'domain_code_expired')
    t.equal(await confirm(late.token), 'domain_code_expired')
    clock.now = START

    const released = await beginClaim(app, 'released.test')
    await call('DELETE', released.path)
    t.equal(await look(released.token), 'domain_claim_released')
    t.equal(await confirm(released.token), 'domain_claim_released')

    const taken = await beginClaim(app, 'taken.test')
    await claimDomain(app, await organization(), 'taken.test')
    t.match(await look(taken.token), { domain: 'taken.test' })
    t.equal(await confirm(taken.token), 'domain_taken')
    t.equal((await taken.read()).status, 'pending')

    const canceled = await beginClaim(app, 'canceled.test')
    await call('POST', `${canceled.org.path}/cancel`)
    t.equal(await look(canceled.token), 'organization_canceled')
    t.equal(await confirm(canceled.token), 'organization_canceled')

    const deleted = await beginClaim(app, 'deleted.test')
    await call('DELETE', `${deleted.org.path}?confirm=true`)
    t.equal(await look(deleted.token), 'domain_link_invalid')
    t.equal(await confirm(deleted.token), 'domain_link_invalid')
  })

  await t.test('where the policy takes such claims no more, it confirms nothing', async (t) => {
    const { org, token, read } = await beginClaim(app, 'former.test')
    await call('PATCH', org.path, { body: { policy: 'ampliphi' } })
    t.equal(await confirm(token), 'not_offered')
    t.equal((await read()).status, 'pending')
  })
})
