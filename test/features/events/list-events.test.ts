import t from 'tap'
import { createTestApp } from '../../helpers/app.js'

await t.test('GET {o}/events', async (t) => {
  const { call, organization, invite, member } = await createTestApp(t)

  await t.test('tells newest first who did what to whom, under which policy', async (t) => {
    const org = await organization()
    const { body: sent, headers } = await call('POST', `${org.path}/invitations`, {
      actor: org.as,
      body: { emails: 'ana@events.test', send_email: false }
    })
    const { body } = await call('GET', `${org.path}/events`)
    t.match(body.data[0], {
      type: 'member.invited',
      organization_id: org.id,
      actor: { type: 'member', name: 'Olga' },
      subject: { type: 'member', id: sent.data[0].invitation.member_id },
      data: { email: 'ana@events.test', role: 'member' },
      request_id: headers.get('x-request-id'),
      policy_version: 1
    })
    t.same(
      body.data.map(({ type }: { type: string }) => type),
      ['member.invited', 'member.joined', 'organization.created']
    )
  })

  await t.test('filters by type and subject, and refuses a type that is none', async (t) => {
    const org = await organization()
    const { invitation } = await invite(org.path, 'one@events.test')
    await invite(org.path, 'two@events.test')
    const subject = String(invitation.member_id)
    const { body } = await call(
      'GET',
      `${org.path}/events?type=member.invited&subject_id=${subject}`
    )
    t.equal(body.data.length, 1)
    t.equal((await call('GET', `${org.path}/events?type=member.exploded`)).status, 400)
  })

  await t.test('never mixes organizations, and is for roles that may look', async (t) => {
    const [one, two] = [await organization(), await organization()]
    await invite(one.path, 'only@one.test')
    const { body } = await call('GET', `${two.path}/events?type=member.invited`)
    t.same(body.data, [])
    const plain = await member(one.path)
    t.equal((await call('GET', `${one.path}/events`, { actor: plain.as })).status, 403)
  })
})
