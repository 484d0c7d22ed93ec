import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { newApiKeyToken } from '../../src/crypto/api-key-token.js'
import { onItsOwn, serverPid } from '../helpers/embedded.js'
import {
  clientOf,
  createOrganization,
  keptMailsTo,
  newDataDir,
  PATIENCE_MS,
  runMuster,
  spawnMuster,
  startMuster,
  untilSaid,
  usedDataDir
} from '../helpers/processes.js'

t.setTimeout(5 * PATIENCE_MS)

await t.test(
  'a first start says where it is and gives the first key; the next one not',
  onItsOwn,
  async (t) => {
    const dataDir = await newDataDir(t)
    const muster = await startMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
    const { port } = new URL(muster.url)
    const key = await untilSaid(muster, /mk_\w+/)
    t.match(muster.stdout(), `Muster is running at http://localhost:${port}\n`)
    t.match(muster.stdout(), `http://localhost:${port}/docs\n`)
    t.match(muster.stdout(), `http://localhost:${port}/dev/mail\n`)
    t.equal(muster.stdout().split(key).length, 2, 'the key is shown once')
    t.equal((await stat(join(dataDir, 'secrets.json'))).mode & 0o777, 0o600)

    const call = clientOf(muster, key)
    t.equal((await call('GET', '/docs')).status, 200)
    const organization = await createOrganization(call)
    t.same(await muster.stop(), { code: 0, signal: null })

    const again = await startMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
    await untilSaid(again, /Muster is running/)
    t.notMatch(again.stdout(), /mk_/)
    t.match(await clientOf(again, key)('GET', organization.path), {
      status: 200,
      body: { name: 'Acme' }
    })
  }
)

await t.test(
  'the story of the README, from the first call to the list of members',
  onItsOwn,
  async (t) => {
    const { dataDir, key } = await usedDataDir(t)
    const muster = await startMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
    const call = clientOf(muster, key)
    const { path } = await createOrganization(call)

    const emails = 'ana@acme.test, bo@acme.test\ncy@acme.test'
    const actor = { 'muster-actor': 'user:u_olga' }
    const invited = await call('POST', `${path}/invitations`, { emails }, actor)
    t.equal(invited.status, 201)
    t.same(
      invited.body.data.map((item: { status: string }) => item.status),
      ['created', 'created', 'created']
    )

    const [mail] = await keptMailsTo(muster, 'ana@acme.test')
    t.match(mail, { subject: 'Olga invited you to join Acme' })
    const link = mail?.links.find((one) => one.includes('/invitations/mlk_'))
    const token = link?.split('/').at(-1)
    const user = { id: 'u_ana', email: 'ana@acme.test', email_verified: true, name: 'Ana' }
    const accepted = await call('POST', '/v1/invitations/accept', { token, user })
    t.match(accepted, { status: 200, body: { status: 'active', user_id: 'u_ana' } })

    const { body } = await call('GET', `${path}/members`, undefined, actor)
    const seats = body.data.map((member: { role: string; status: string }) =>
      [member.role, member.status].join(' ')
    )
    t.same(seats.sort(), ['member active', 'member invited', 'member invited', 'owner active'])
  }
)

await t.test('of two starts on one data folder the second is refused', onItsOwn, async (t) => {
  const { dataDir, key } = await usedDataDir(t)
  const environment = { MUSTER_DATA_DIR: dataDir }
  const first = await startMuster(t, 'start', environment)
  const second = await runMuster(t, 'start', environment)
  t.equal(second.code, 1)
  t.match(second.stderr, /^muster: another Muster is running on the data folder \S+;.*\n$/)
  t.equal((await clientOf(first, key)('GET', '/v1/organizations')).status, 200)
})

await t.test(
  'of two first starts at once one serves, the other is refused',
  onItsOwn,
  async (t) => {
    const dataDir = await newDataDir(t)
    const environment = { MUSTER_DATA_DIR: dataDir }
    const both = await Promise.all([0, 1].map(() => spawnMuster(t, 'start', environment)))
    const settled = await Promise.allSettled(both.map((muster) => muster.ready()))
    const [winner] = both.filter((_, index) => settled[index]?.status === 'fulfilled')
    const [loser] = both.filter((_, index) => settled[index]?.status === 'rejected')
    if (!winner || !loser) throw new Error('both won, or both lost')
    t.match(loser.stderr(), /^muster: another Muster is running on the data folder \S+;.*\n$/)
    const key = await untilSaid(winner, /mk_\w+/)
    t.equal((await clientOf(winner, key)('GET', '/v1/organizations')).status, 200)
  }
)

await t.test(
  'MUSTER_API_KEY is the first key, and none other is made or shown',
  onItsOwn,
  async (t) => {
    const dataDir = await newDataDir(t)
    const { token } = newApiKeyToken()
    const environment = { MUSTER_DATA_DIR: dataDir, MUSTER_API_KEY: token }
    const muster = await startMuster(t, 'start', environment)
    await untilSaid(muster, /Muster is running/)
    t.notMatch(muster.stdout(), /mk_/)
    const { status, body } = await clientOf(muster, token)('GET', '/v1/api-keys')
    t.equal(status, 200)
    t.equal(body.data.length, 1)
    await muster.stop()

    const forged = { ...environment, MUSTER_API_KEY: `${token.slice(0, -44)}${'x'.repeat(44)}` }
    const ended = await runMuster(t, 'start', forged)
    t.equal(ended.code, 1)
    t.match(ended.stderr, /^muster: MUSTER_API_KEY has the id of a key .* another secret\.\n$/)
    t.equal(await serverPid(dataDir), 0)
  }
)

await t.test('kept mails are for development unless told otherwise', onItsOwn, async (t) => {
  const { dataDir } = await usedDataDir(t)
  const production = { MUSTER_DATA_DIR: dataDir, NODE_ENV: 'production' }
  const hidden = await startMuster(t, 'start', production)
  await untilSaid(hidden, /Muster is running/)
  t.notMatch(hidden.stdout(), '/dev/mail')
  t.equal((await fetch(`${hidden.url}/dev/mail`)).status, 404)
  await hidden.stop()

  const shown = await startMuster(t, 'start', { ...production, MUSTER_DEV_MAIL: 'on' })
  await untilSaid(shown, /\/dev\/mail/)
  t.equal((await fetch(`${shown.url}/dev/mail`)).status, 200)
})
