import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import t, { type Test } from 'tap'
import { createAddressGuard } from '../../src/outbound/address-guard.js'
import { isAllowedPeer } from '../../src/outbound/connector.js'
import { createOutbound, type OutboundOptions } from '../../src/outbound/outbound.js'
import { startReceiver } from '../helpers/outbound-servers.js'

const NOT_ALLOWED = { statusCode: null, error: 'address not allowed' }
const REQUEST = { headers: {}, body: '{}' }
const PUBLIC = { address: '93.184.215.14', family: 4 }
const LOOPBACK = { address: '127.0.0.1', family: 4 }

function open(t: Test, options: Partial<OutboundOptions> = {}) {
  const outbound = createOutbound({
    allowHttp: true,
    allowedNetworks: [],
    timeoutMs: 2_000,
    ...options
  })
  t.teardown(() => outbound.close())
  return outbound
}

/** Says something else each time, as a name server may; what it has said last, from then on. */
function answering(...answers: LookupAddress[][]) {
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, options, callback) => {
    const found = answers[Math.min(asked.length, answers.length - 1)] ?? []
    asked.push(hostname)
    setImmediate(() => {
      const [first = LOOPBACK] = found
      if (options.all) callback(null, found)
      else callback(null, first.address, first.family)
    })
  }
  return { lookup, asked }
}

await t.test('nothing is sent to an address that is not public', async (t) => {
  const receiver = await startReceiver(t, (_request, response) => response.end())
  const outbound = open(t)
  const { port } = receiver
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.0.0.1.', '127.1']) {
    t.match(await outbound.post({ ...REQUEST, url: `http://${host}:${port}` }), NOT_ALLOWED, host)
  }
  for (const host of ['[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '0', '[::]', '10.0.0.1']) {
    t.match(await outbound.post({ ...REQUEST, url: `http://${host}:${port}` }), NOT_ALLOWED, host)
    t.match(await outbound.post({ ...REQUEST, url: `https://${host}:${port}` }), NOT_ALLOWED, host)
  }
  for (const host of ['localhost', 'LOCALHOST']) {
    t.match(await outbound.post({ ...REQUEST, url: `http://${host}:${port}` }), NOT_ALLOWED, host)
  }
  t.match(await outbound.post({ ...REQUEST, url: 'http://169.254.169.254/' }), NOT_ALLOWED)
  t.same(receiver.connections, [])
})

await t.test('only web addresses, and without TLS only where that is allowed', async (t) => {
  const receiver = await startReceiver(t, (_request, response) => response.end())
  const outbound = open(t, { allowHttp: false, allowedNetworks: ['127.0.0.1'] })
  for (const url of [receiver.url, 'ftp://8.8.8.8/', 'file:///etc/passwd', 'nonsense', '']) {
    t.match(await outbound.post({ ...REQUEST, url }), NOT_ALLOWED, url)
  }
  t.same(receiver.connections, [])
})

await t.test('a name is refused for any of its addresses', async (t) => {
  const receiver = await startReceiver(t, (_request, response) => response.end())
  const url = `http://acme.test:${receiver.port}`
  const bad = [
    [LOOPBACK],
    [PUBLIC, LOOPBACK],
    [LOOPBACK, PUBLIC],
    [PUBLIC, { address: '::ffff:127.0.0.1', family: 6 }],
    [{ address: 'fe80::1%lo', family: 6 }],
    []
  ]
  for (const found of bad) {
    const { lookup, asked } = answering(found)
    t.match(await open(t, { lookup }).post({ ...REQUEST, url }), NOT_ALLOWED)
    t.same(asked, ['acme.test'])
  }
  t.same(receiver.connections, [])
})

await t.test(
  'a name that changes its address is judged each time it is connected to',
  async (t) => {
    const receiver = await startReceiver(t, (_request, response) => {
      response.writeHead(200, { connection: 'close' }).end()
    })
    const url = `http://acme.test:${receiver.port}`
    // What is allowed here stands for what is public: nobody is reached outside this machine.
    const second = { address: '127.0.0.2', family: 4 }
    const { lookup, asked } = answering([LOOPBACK], [second], [second], [LOOPBACK])
    const outbound = open(t, { lookup, allowedNetworks: ['127.0.0.1'] })
    t.match(await outbound.post({ ...REQUEST, url }), { statusCode: 200 })
    t.match(await outbound.post({ ...REQUEST, url }), NOT_ALLOWED)
    t.match(await outbound.post({ ...REQUEST, url }), NOT_ALLOWED)
    t.match(await outbound.post({ ...REQUEST, url }), { statusCode: 200 })
    t.equal(asked.length, 4, 'once for each connection: what was judged is what is connected to')
    t.equal(receiver.connections.length, 2)
  }
)

await t.test('a name with several allowed addresses is reached by one that answers', async (t) => {
  const receiver = await startReceiver(t, (_request, response) => response.end())
  const dead = { address: '127.0.0.3', family: 4 }
  const { lookup } = answering([dead, LOOPBACK])
  const outbound = open(t, { lookup, allowedNetworks: ['127.0.0.0/24'] })
  const url = `http://acme.test:${receiver.port}`
  t.match(await outbound.post({ ...REQUEST, url }), { statusCode: 200, error: null })
})

await t.test('a name that many wait for is looked up once', async (t) => {
  const receiver = await startReceiver(t, (_request, response) => response.end())
  const { lookup, asked } = answering([LOOPBACK])
  const outbound = open(t, { lookup, allowedNetworks: ['127.0.0.1'] })
  const url = `http://acme.test:${receiver.port}`
  const send = () => outbound.post({ ...REQUEST, url })
  const outcomes = await Promise.all(Array.from({ length: 10 }, send))
  t.ok(outcomes.every(({ statusCode }) => statusCode === 200))
  t.same(asked, ['acme.test'])
})

await t.test('what a socket has connected to is looked at once more', async (t) => {
  const guard = createAddressGuard(['10.0.0.1'])
  t.ok(isAllowedPeer({ remoteAddress: '10.0.0.1' }, guard))
  t.notOk(isAllowedPeer({ remoteAddress: '10.0.0.2' }, guard))
  t.notOk(isAllowedPeer({ remoteAddress: undefined }, guard))
})
