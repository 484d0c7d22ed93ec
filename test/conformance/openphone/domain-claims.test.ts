import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { createDnsServer } from '../../helpers/dns.js'
import { claimByDns, claimByMail, claimDomain, codeTo, wrongCode } from '../../helpers/domains.js'
import { createProducts, type Team } from '../products.js'

await t.test('OpenPhone: domain claims', async (t) => {
  const products = await createProducts(t)
  const { call, clock, unique } = products
  t.beforeEach(() => {
    clock.now = START
  })
  const claim = (by: string, team: Team, email: string) =>
    team.call(by, 'POST', '/domain-claims', { body: { method: 'email', email } })
  const verify = (team: Team, id: unknown, code: string, by = 'admin') =>
    team.call(by, 'POST', `/domain-claims/${String(id)}/verify`, { body: { code } })
  /** What is offered to somebody with a verified address on the domain. */
  const offered = async (domain: string) => {
    const id = unique('u')
    const user = { id, email: `${id}@${domain}`, email_verified: true }
    return (await call('POST', '/v1/joinable-organizations', { body: { user } })).body
  }

  await t.test('OP-49: a domain is claimed by entering an address on it', async (t) => {
    const team = await products.team('openphone')
    const { status, body } = await claim('owner', team, 'Olga@Quo-49.test')
    t.equal(status, 201)
    t.match(body, { domain: 'quo-49.test', email: 'Olga@Quo-49.test', status: 'pending' })
    t.match(body.claimed_by, { type: 'member', id: team.person('owner').id })
    for (const email of ['quo-49.test', '@quo-49.test', 'olga@', 'olga@quo']) {
      t.match(await claim('owner', team, email), { status: 400 }, email)
    }
    const { text } = await codeTo(products, 'Olga@Quo-49.test')
    t.match(text, /\b\d{6}\b/, 'and asked whether it is theirs')
  })

  await t.test('OP-50: it is verified by the code that is sent to the address', async (t) => {
    const team = await products.team('openphone')
    const { body: claimed } = await claim('admin', team, 'olga@quo-50.test')
    const { code } = await codeTo(products, 'olga@quo-50.test')
    const wrong = await verify(team, claimed.id, wrongCode(code))
    t.match(wrong, { status: 422, body: { code: 'domain_code_wrong', tries_left: 4 } })
    t.match(await offered('quo-50.test'), {
      data: [],
      reasons: ['no_invitation', 'domain_not_claimed']
    })
    const { body } = await verify(team, claimed.id, code)
    t.match(body, { status: 'verified', domain: 'quo-50.test' })
    t.match(await team.events('domain_claim.verified'), [{ data: { domain: 'quo-50.test' } }])
  })

  await t.test('OP-50: a code proves nothing after 5 wrong ones or 15 minutes', async (t) => {
    const team = await products.team('openphone')
    const { body: guessed } = await claim('admin', team, 'olga@quo-50b.test')
    const { code } = await codeTo(products, 'olga@quo-50b.test')
    for (let n = 0; n < 5; n += 1) await verify(team, guessed.id, wrongCode(code))
    t.match(await verify(team, guessed.id, code), { status: 410 })
    const { body: slow } = await claim('admin', team, 'olga@quo-50c.test')
    const { code: late } = await codeTo(products, 'olga@quo-50c.test')
    clock.now = new Date(START.getTime() + 15 * 60_000)
    t.match(await verify(team, slow.id, late), { status: 410 })
  })

  await t.test('OP-51: until it is verified a claim has no effect', async (t) => {
    const squatter = await products.team('openphone')
    const owner = await products.team('openphone')
    const { body: pending } = await claim('owner', squatter, 'eve@quo-51.test')
    t.match(await offered('quo-51.test'), {
      data: [],
      reasons: ['no_invitation', 'domain_not_claimed']
    })
    const verified = await claimDomain(products, owner, 'quo-51.test')
    t.equal(verified.status, 'verified', 'nor does it block whose domain it is')
    const { data } = await offered('quo-51.test')
    t.match(data, [{ via: 'domain', organization: { id: owner.id } }])
    t.equal(data.length, 1)
    const { body } = await squatter.call('owner', 'GET', `/domain-claims/${String(pending.id)}`)
    t.equal(body.status, 'pending')
  })

  await t.test('OP-56: only owners and admins may claim a domain', async (t) => {
    const team = await products.team('openphone')
    const paths = async (by: string) => {
      const { status, body } = await claim(by, team, `olga@quo-56-${by}.test`)
      return { status, code: body.code, id: body.id }
    }
    t.equal((await paths('owner')).status, 201)
    const { status, id } = await paths('admin')
    t.equal(status, 201)
    t.match(await paths('member'), { status: 403, code: 'not_permitted' })
    const { code } = await codeTo(products, 'olga@quo-56-admin.test')
    t.match(await verify(team, id, code, 'member'), {
      status: 403,
      body: { code: 'not_permitted' }
    })
    t.match(await team.call('member', 'DELETE', `/domain-claims/${String(id)}`), { status: 403 })
    t.match(await team.call('member', 'GET', '/domain-claims'), { status: 403 })
    for (const role of ['owner', 'admin', 'member']) {
      t.equal((await team.authorize(role, 'domain.claim')).allowed, role !== 'member', role)
    }
    t.equal((await verify(team, id, code, 'owner')).status, 200)
  })

  await t.test('OP-58: domains of public mail cannot be claimed', async (t) => {
    const team = products.of('openphone')
    for (const domain of ['gmail.com', 'outlook.com', 'yahoo.fr', 'orange.fr', 'GMAIL.COM']) {
      const { status, body } = await claim('owner', team, `olga@${domain}`)
      t.match([status, body.code], [422, 'domain_is_public_mail'], domain)
    }
    t.match((await claim('owner', team, 'a@mailinator.com')).status, 422)
    t.match((await claim('owner', team, 'a@team.co.uk')).status, 201)
    t.match((await claim('owner', team, 'a@co.uk')).body, { code: 'domain_is_public_suffix' })
  })

  await t.test('OP-58: a domain belongs to one workspace at a time', async (t) => {
    const [one, two] = [await products.team('openphone'), await products.team('openphone')]
    const held = await claimDomain(products, one, 'quo-58.test')
    const { body: second } = await claimByMail(products, two, 'bo@quo-58.test')
    const { code } = await codeTo(products, 'bo@quo-58.test')
    t.match(await verify(two, second.id, code), { status: 409, body: { code: 'domain_taken' } })
    await one.call('owner', 'DELETE', `/domain-claims/${String(held.id)}`)
    t.match(await verify(two, second.id, code), { status: 200, body: { status: 'verified' } })
    t.match(await claimByMail(products, one, 'ana@quo-58.test'), { status: 201 })
  })
})

await t.test('OP-50: the stronger proof is a record in the domain’s DNS', async (t) => {
  const dns = await createDnsServer(t)
  const app = await createTestApp(t, { environment: { MUSTER_DNS_SERVERS: dns.server } })
  const org = await app.organization({ policy: 'openphone' })
  const { body: claim } = await claimByDns(app, org, 'quo-dns.test')
  const path = `${org.path}/domain-claims/${String(claim.id)}/verify`
  t.match(await app.call('POST', path, { body: {} }), { status: 422 })
  dns.records.set(claim.dns_record.name, [claim.dns_record.value])
  app.clock.now = new Date(START.getTime() + 29 * DAY_MS)
  t.match((await app.call('POST', path, { body: {} })).body, { status: 'verified' })
})
