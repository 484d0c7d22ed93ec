import t from 'tap'
import { createProducts } from '../products.js'

await t.test('OUPI: a member who was added and has no access', async (t) => {
  const products = await createProducts(t)
  const { call, unique } = products
  const team = products.of('oupi')

  interface Check {
    readonly check: string
    readonly ok: boolean
    readonly code: string | null
    readonly data: Readonly<Record<string, unknown>>
    readonly mend: { method: string; path: string; body: object; needs: string[] } | null
  }
  /** As an administrator sees it. */
  async function explain(id: string) {
    const { status, body } = await team.call('admin', 'GET', `/members/${id}/access`)
    t.equal(status, 200)
    const four = ['account_confirmed', 'permissions', 'credits', 'suspension']
    const asked: Check[] = four.flatMap((name) =>
      body.checks.filter(({ check }: Check) => check === name)
    )
    const [account, permissions, credits, suspension] = asked
    const ok = asked.map((one) => one.ok)
    return { ok, account, permissions, credits, suspension, canGetIn: body.can_get_in as boolean }
  }
  const mend = async (check: Check | undefined, added: object = {}) => {
    const { method = '', path = '', body } = check?.mend ?? {}
    const { status } = await call(method, path, body ? { body: { ...body, ...added } } : {})
    t.ok([200, 201].includes(status), String(status))
  }

  await t.test('OUPI-118: is the account confirmed?', async (t) => {
    const { body } = await team.call('admin', 'POST', '/invitations', {
      body: { emails: `${unique('new')}@oupi.test` }
    })
    const { invitation } = body.data[0]
    const open = await explain(invitation.member_id)
    t.same([open.ok[0], open.account?.code, open.canGetIn], [false, 'mail_queued', false])
    t.match(open.account?.data, {
      invitation_id: invitation.id,
      invitation_status: 'pending',
      sent_again_by: ['owner', 'admin']
    })
    await mend(open.account)
    const known = await team.add('member')
    const { ok, canGetIn } = await explain(known.id)
    t.same([ok[0], canGetIn], [true, true])
  })

  await t.test('OUPI-118: are the permissions right?', async (t) => {
    const [member, reader] = [await team.add('member'), await team.add('readonly')]
    const permissionsOf = async (id: string) => (await explain(id)).permissions?.data
    t.same(await permissionsOf(member.id), {
      permissions: ['app:data.read', 'app:models.use'],
      count: 2
    })
    t.same(await permissionsOf(reader.id), { permissions: ['app:data.read'], count: 1 })
    t.same((await explain(reader.id)).ok[1], true)
  })

  await t.test('OUPI-118: are credits allocated?', async (t) => {
    await call('POST', `${team.path}/credit-transfers`, { body: { kind: 'top_up', amount: 100 } })
    const { id } = await team.add('member')
    const none = await explain(id)
    t.same([none.ok[2], none.credits?.code, none.canGetIn], [false, 'no_credits', true])
    await mend(none.credits, { total: 10 })
    const some = await explain(id)
    t.same([some.ok[2], some.credits?.data['allocated']], [true, 10])
    await call('POST', `${team.path}/credit-transfers`, {
      body: { kind: 'spend', amount: 10, member_id: id }
    })
    const spent = await explain(id)
    t.same([spent.ok[2], spent.credits?.code], [false, 'credits_exhausted'])
    t.same(spent.ok, [true, true, false, true], 'and nothing else')
  })

  await t.test('OUPI-118: is the member suspended?', async (t) => {
    const { id } = await team.add('member')
    await team.call('admin', 'POST', `/members/${id}/suspend`)
    const suspended = await explain(id)
    t.same(
      [suspended.ok[3], suspended.suspension?.code, suspended.canGetIn],
      [false, 'member_suspended', false]
    )
    t.type(suspended.suspension?.data['since'], 'string')
    t.equal(suspended.ok[0], true, 'the account was confirmed all the same')
    await mend(suspended.suspension)
    t.same((await explain(id)).ok[3], true)
  })
})
