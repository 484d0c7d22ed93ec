import t from 'tap'
import { expireInvitations } from '../../../src/features/invitations/expire-invitations.sweep.js'
import { idToUuid, newId } from '../../../src/ids.js'
import { type Answer, createTestApp, DAY_MS, START, type TestApp } from '../../helpers/app.js'
import { latest, untilShown } from '../../helpers/event-feed.js'
import { sealLog, tamper, verifyAll } from '../../helpers/sealed-log.js'

interface Told {
  readonly id: string
  readonly type: string
  readonly actor: { readonly type: string }
  readonly api_key_id: string | null
}

const idOf = (key: string) => `key_${key.split('_')[1]}`
const told = ({ body }: Answer): Told[] => body.data as Told[]
const typesOf = (answer: Answer) => told(answer).map(({ type }) => type)

/** The newest event of a type in an organization. */
const newest = async ({ call }: TestApp, path: string, type: string) =>
  told(await call('GET', `${path}/events?type=${type}&limit=1`))[0]

await t.test('every event says by which key it was done', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_TRUSTED_PROXIES: '127.0.0.1' } })
  const { call, organization, apiKey, invite, accept } = app
  const org = await organization()
  const crm = await apiKey({ name: 'CRM' })

  await t.test('by the key itself, for a member, and for a person who comes in', async (t) => {
    await call('PATCH', org.path, { key: crm.key, body: { name: 'By the key' } })
    t.match(await newest(app, org.path, 'organization.updated'), {
      actor: { type: 'api_key', id: crm.id },
      api_key_id: crm.id
    })
    await call('PATCH', org.path, { key: crm.key, actor: org.as, body: { name: 'For Olga' } })
    t.match(await newest(app, org.path, 'organization.updated'), {
      actor: { type: 'member', name: 'Olga' },
      api_key_id: crm.id
    })
    const { token } = await invite(org.path, 'ana@keys.test')
    await accept(token, { id: 'u_ana', email: 'ana@keys.test' }, { key: crm.key })
    t.match(await newest(app, org.path, 'member.joined'), {
      actor: { type: 'user', id: 'u_ana' },
      api_key_id: crm.id
    })
  })

  await t.test('and by none where there was none', async (t) => {
    const { token } = await invite(org.path, 'bob@keys.test')
    await call('POST', '/v1/invitations/decline', { key: null, body: { token } })
    const declined = await newest(app, org.path, 'invitation.declined')
    t.match(declined, { actor: { type: 'user' }, api_key_id: null })

    await invite(org.path, 'cleo@keys.test')
    app.clock.now = new Date(START.getTime() + 400 * DAY_MS)
    await expireInvitations.run(app.deps)
    const expired = await newest(app, org.path, 'invitation.expired')
    t.match(expired, { actor: { type: 'system' }, api_key_id: null })
    app.clock.now = START
  })

  await t.test('the log and the feed are narrowed to a key’s', async (t) => {
    await untilShown(app)
    const all = told(await call('GET', `${org.path}/events?limit=100`))
    for (const id of [crm.id, idOf(app.key)]) {
      const own = all.filter((event) => event.api_key_id === id)
      t.ok(own.length > 1 && own.length < all.length)
      const log = await call('GET', `${org.path}/events?limit=100&api_key_id=${id}`)
      t.same(told(log), own)
      const feed = await call(
        'GET',
        `/v1/events?limit=1000&api_key_id=${id}&organization_id=${org.id}`
      )
      t.same(told(feed), own.toReversed())
    }
    const two = `api_key_id=${crm.id}&actor_type=member`
    t.same(typesOf(await call('GET', `${org.path}/events?${two}`)), ['organization.updated'])
    t.same(typesOf(await call('GET', `/v1/events?types=member.*&api_key_id=${crm.id}`)), [
      'member.joined'
    ])
    const csv = await call('GET', `${org.path}/events?api_key_id=${crm.id}&type=member.joined`, {
      headers: { accept: 'text/csv' }
    })
    t.ok(String(csv.body).trimEnd().endsWith(`,${crm.id}`))
    t.equal((await call('GET', `${org.path}/events?api_key_id=${org.id}`)).status, 400)
  })

  await t.test('no fragment of text finds it: it is asked for by itself', async (t) => {
    t.same(typesOf(await call('GET', `${org.path}/events?q=${crm.id.slice(4, 20)}`)), [])
  })
})

await t.test('a long poll of one key’s events is not answered by another’s', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, apiKey } = app
  const org = await organization()
  const crm = await apiKey({ name: 'CRM' })
  const cursor = await latest(app)
  const waiting = call('GET', `/v1/events?wait=30&api_key_id=${crm.id}&cursor=${cursor}`)
  await call('PATCH', org.path, { body: { name: 'By the other' } })
  await call('PATCH', org.path, { key: crm.key, actor: org.as, body: { name: 'By this one' } })
  t.match((await waiting).body.data, [{ changes: { name: ['By the other', 'By this one'] } }])
})

await t.test('the seals cover it, and an erasure leaves it', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, deps } = app
  const org = await organization()
  const admin = await member(org.path, { role: 'admin' })
  await call('PATCH', org.path, { actor: admin.as, body: { name: 'For an admin' } })
  await call('DELETE', `${org.path}/members/${admin.id}`)
  await sealLog(deps)
  t.same((await verifyAll(deps)).findings, [])
  t.equal((await call('POST', `/v1/users/${admin.userId}/erase`)).status, 200)
  await sealLog(deps)
  const event = await newest(app, org.path, 'organization.updated')
  t.match(event, { actor: { type: 'member' }, api_key_id: idOf(app.key) })
  t.same((await verifyAll(deps)).findings, [])

  const isIt = `where event_id = '${idToUuid('evt', event?.id ?? '')}'`
  const another = `'"${newId('key')}"'`
  for (const leaves of [
    `jsonb_set(leaves, '{api_key_id,0}', ${another})`,
    `leaves - 'api_key_id'`
  ]) {
    await tamper(deps, `update event_personal set leaves = ${leaves} ${isIt}`)
    t.match((await verifyAll(deps)).findings, [`changed: ${event?.id} of seal 1`])
  }
})
