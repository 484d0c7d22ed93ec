import { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { until } from '../helpers/database.js'

const FOLDER = new URL('../../examples/webhook-listener/', import.meta.url)
const SECRET = `whsec_${randomBytes(32).toString('base64')}`
const EVENT = { type: 'member.joined', organization_id: 'org_1', data: { name: 'Zoë' } }

await t.test('the example verifies what comes, and takes each event once', async (t) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('listener.mjs', FOLDER))], {
    env: { WEBHOOK_SECRET: SECRET, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  t.teardown(() => child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const url = await until(async () => /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0])
  const timesTaken = () => said.split('"msg":"member.joined"').length - 1

  const body = JSON.stringify(EVENT)
  const signed = (id: string, secret = SECRET, secondsAgo = 0) => {
    const at = new Date(Date.now() - secondsAgo * 1_000)
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body)
    }
  }
  const deliver = async (headers: Record<string, string>, sent: string | Buffer = body) => {
    const response = await fetch(`${url}/webhooks/muster`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: sent
    })
    return response.status
  }

  t.equal(await deliver(signed('evt_1')), 204)
  await until(async () => timesTaken() === 1)
  t.match(said, /"id":"evt_1","organization":"org_1"/)

  const flipped = Buffer.from(body)
  flipped[10] = (flipped[10] ?? 0) ^ 1
  const other = `whsec_${randomBytes(32).toString('base64')}`
  t.equal(await deliver(signed('evt_2'), flipped), 401, 'a flipped byte')
  t.equal(await deliver(signed('evt_2', other)), 401, 'another secret')
  t.equal(await deliver(signed('evt_2', SECRET, 600)), 401, 'sent ten minutes ago')
  t.equal(await deliver({ ...signed('evt_2'), 'webhook-id': 'evt_3' }), 401, 'another id')
  t.equal(await deliver({}), 401, 'nothing signed')

  t.equal(await deliver(signed('evt_1')), 204, 'once more')
  t.equal(await deliver(signed('evt_2')), 204)
  await until(async () => timesTaken() >= 2)
  t.equal(timesTaken(), 2, 'each once, nothing of what was refused')
})

await t.test('it is as short as it says, and its README starts it', async (t) => {
  const source = await readFile(new URL('listener.mjs', FOLDER), 'utf8')
  t.ok(source.trim().split('\n').length <= 35)
  const readme = await readFile(new URL('README.md', FOLDER), 'utf8')
  t.match(readme, /MUSTER_WEBHOOKS_HTTP=on MUSTER_WEBHOOKS_ALLOWED_NETWORKS=127\.0\.0\.1 npm start/)
  t.match(readme, /WEBHOOK_SECRET=whsec_… node examples\/webhook-listener\/listener\.mjs/)
})
