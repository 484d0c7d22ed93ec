import t from 'tap'
import { claimByMail, claimDomain, codeTo } from '../../helpers/domains.js'
import { joiningOf, newDomain, personAt } from '../../helpers/joining.js'
import { createProducts } from '../products.js'

const FRENCH = { headers: { 'accept-language': 'fr' } }

await t.test('OpenPhone: joining by a claimed domain', async (t) => {
  const products = await createProducts(t)
  const { call } = products
  const { join, find } = joiningOf(products)

  /** A workspace that has claimed the domain of its company. */
  async function workspace(fields: Record<string, unknown> = {}) {
    const team = await products.team('openphone', fields)
    const domain = newDomain(products)
    await claimDomain(products, team, domain)
    return { team, domain }
  }

  await t.test(
    'OP-52 OP-54: whoever has an address of the company joins, without invitation',
    async (t) => {
      const { team, domain } = await workspace()
      for (const person of [personAt(products, domain), personAt(products, domain)]) {
        const { status, body } = await join(team.path, person)
        t.match([status, body.member.status, body.member.invitation_id], [201, 'active', null])
        t.match(await team.authorize({ ...body.member, userId: person.id }, 'app:comms'), {
          allowed: true
        })
      }
      const { body } = await team.call('owner', 'GET', '/invitations?include_total=true')
      t.equal(body.total, 0)
      const stranger = await join(team.path, personAt(products, newDomain(products)))
      t.equal(stranger.status, 403)
    }
  )

  await t.test('OP-52: a claim that nobody has proven lets nobody in', async (t) => {
    const team = await products.team('openphone')
    const domain = newDomain(products)
    const mailbox = `it@${domain}`
    const { body: claim } = await claimByMail(products, team, mailbox)
    const ana = personAt(products, domain)
    t.equal((await join(team.path, ana)).body.code, 'domain_not_claimed')
    const { code } = await codeTo(products, mailbox)
    await team.call('owner', 'POST', `/domain-claims/${String(claim.id)}/verify`, {
      body: { code }
    })
    t.equal((await join(team.path, ana)).status, 201)
  })

  await t.test('OP-53: who signs up is offered the workspace, and confirms', async (t) => {
    const { team, domain } = await workspace({ name: 'Acme' })
    const ana = personAt(products, domain)
    const { body } = await find(ana, FRENCH)
    t.match(body.data, [
      {
        via: 'domain',
        join: 'now',
        label: 'Rejoindre l’espace de travail existant',
        organization: { id: team.id, name: 'Acme' },
        role: { key: 'member', label: 'Membre' }
      }
    ])
    t.equal(body.data.length, 1)
    t.equal((await find(ana)).body.data[0].label, 'Join the existing workspace')
    const { body: members } = await team.call('owner', 'GET', '/members?q=Name')
    t.notOk(
      members.data.some((one: { user_id: string }) => one.user_id === ana.id),
      'an offer is no membership'
    )
    const { organization } = body.data[0]
    t.equal((await join(`/v1/organizations/${String(organization.id)}`, ana)).status, 201)
    const hidden = await find({ ...personAt(products, domain), email_verified: false })
    t.notMatch(JSON.stringify(hidden.body), team.id, 'nothing without a proven address')
  })

  await t.test('OP-55: as a member, which can be changed later', async (t) => {
    const { team, domain } = await workspace()
    const ana = personAt(products, domain)
    const { body } = await join(team.path, ana)
    t.equal(body.member.role, 'member')
    const changed = await team.call('owner', 'PATCH', `/members/${body.member.id}?confirm=true`, {
      body: { role: 'admin' }
    })
    t.match([changed.status, changed.body.role], [200, 'admin'])
    const person = { ...body.member, userId: ana.id }
    t.match(await team.authorize(person, 'member.invite'), { allowed: true, role: 'admin' })
  })

  await t.test('OP-59: who joins by the domain is billed like any added member', async (t) => {
    const billing = {
      plan: 'business',
      period: { starts_on: '2030-01-01', ends_on: '2030-02-01' }
    }
    const { team, domain } = await workspace({ billing })
    const entriesOf = async (id: string) => {
      const { body } = await call('GET', `${team.path}/billing-entries?limit=100`)
      return body.data.filter((one: { subject: { id: string } }) => one.subject.id === id)
    }
    const added = await team.add('member')
    const { body } = await join(team.path, personAt(products, domain))
    const [like] = await entriesOf(added.id)
    const [own, ...more] = await entriesOf(body.member.id)
    t.equal(more.length, 0)
    const { kind, quantity, amount, currency } = own
    t.match({ kind, quantity, currency }, { kind: 'member_added', quantity: 1, currency: 'USD' })
    t.ok(amount > 0)
    t.same(
      { kind, quantity, amount, currency },
      {
        kind: like.kind,
        quantity: like.quantity,
        amount: like.amount,
        currency: like.currency
      }
    )
    await join(team.path, { ...personAt(products, domain), id: body.member.user_id })
    t.equal((await entriesOf(body.member.id)).length, 1, 'once')
  })

  await t.test(
    'OP-102: not invited and not claimed is told apart from claimed by another',
    async (t) => {
      const { team, domain } = await workspace()
      const { team: other } = await workspace()
      const nobody = personAt(products, newDomain(products))
      t.same((await find(nobody)).body, {
        data: [],
        reasons: ['no_invitation', 'domain_not_claimed']
      })
      const refused = await join(other.path, nobody, FRENCH)
      t.match([refused.status, refused.body.code], [403, 'domain_not_claimed'])
      t.match(refused.body.detail, /personne n’a revendiqué/)

      const ana = personAt(products, domain)
      t.match((await find(ana)).body, { data: [{ organization: { id: team.id } }] })
      const elsewhere = await join(other.path, ana)
      t.match([elsewhere.status, elsewhere.body.code], [403, 'no_invitation'])
      t.notMatch(JSON.stringify(elsewhere.body), team.id, 'and not by whom')

      await call('POST', `${team.path}/cancel`)
      t.same((await find(ana)).body.reasons, ['no_invitation', 'domain_not_open'])
    }
  )
})
