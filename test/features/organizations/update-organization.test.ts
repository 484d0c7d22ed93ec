import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

await t.test('PATCH /v1/organizations/{organization_id}', async (t) => {
  const { call, organization, member, clock } = await createTestApp(t)
  const updates = async (path: string) => {
    const { body } = await call('GET', `${path}/events?type=organization.updated`)
    return body.data as { changes: unknown; actor: { name: string } }[]
  }

  await t.test('changes what is given, and tells before and after', async (t) => {
    const org = await organization()
    const { status, body } = await call('PATCH', org.path, {
      actor: org.as,
      body: { name: 'Acme Labs', time_zone: 'Europe/Paris' }
    })
    t.equal(status, 200)
    t.match(body, { name: 'Acme Labs', time_zone: 'Europe/Paris', locale: 'en' })
    t.match(await updates(org.path), [
      {
        actor: { name: 'Olga' },
        changes: { name: ['Acme', 'Acme Labs'], time_zone: ['UTC', 'Europe/Paris'] }
      }
    ])
  })

  await t.test('leaves no event when nothing changes', async (t) => {
    const links = { base_url: 'https://app.acme.test', accept_url: 'https://app.acme.test/join' }
    const org = await organization({ metadata: { zone: '1', a: '2' }, links })
    const { body: before } = await call('GET', org.path)
    clock.now = new Date(START.getTime() + DAY_MS)
    const { accept_url, base_url } = links
    const { status, body } = await call('PATCH', org.path, {
      body: { name: 'Acme', metadata: { zone: '1', a: '2' }, links: { accept_url, base_url } }
    })
    clock.now = START
    t.equal(status, 200)
    t.same(body, before, 'whatever the order of keys')
    t.same(await updates(org.path), [])
  })

  await t.test('renaming is one permission, the settings are another', async (t) => {
    const org = await organization()
    const admin = await member(org.path, { role: 'admin' })
    const plain = await member(org.path)
    const patch = async (actor: string, body: unknown) =>
      (await call('PATCH', org.path, { actor, body })).status
    t.equal(await patch(admin.as, { name: 'By admin' }), 200)
    t.equal(await patch(admin.as, { time_zone: 'Europe/Paris' }), 403)
    t.equal(await patch(admin.as, { name: 'Both', links: {} }), 403)
    t.equal(await patch(plain.as, { name: 'By member' }), 403)
    t.equal(await patch(org.as, { time_zone: 'Europe/Paris' }), 200)
    t.equal((await call('GET', org.path)).body.name, 'By admin')
  })

  await t.test('refuses an external id that another one has, and an empty change', async (t) => {
    await organization({ external_id: 'first' })
    const org = await organization({ external_id: 'second' })
    const { status, body } = await call('PATCH', org.path, { body: { external_id: 'first' } })
    t.match([status, body.code], [409, 'external_id_taken'])
    t.equal((await call('PATCH', org.path, { body: { external_id: 'second' } })).status, 200)
    t.equal((await call('PATCH', org.path, { body: { external_id: null } })).status, 200)
    t.equal((await call('PATCH', org.path, { body: {} })).status, 400)
  })

  await t.test('keeps the allow-list of hosts', async (t) => {
    const org = await organization()
    const { body } = await call('PATCH', org.path, {
      body: { links: { accept_url: 'https://evil.test' } }
    })
    t.equal(body.code, 'host_not_allowed')
  })
})
