import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createOutbound, type OutboundOptions } from '../../src/outbound/outbound.js'
import { until } from '../helpers/database.js'
import { startRawReceiver, startReceiver } from '../helpers/outbound-servers.js'

const LOOPBACK: OutboundOptions = {
  allowHttp: true,
  allowedNetworks: ['127.0.0.1'],
  timeoutMs: 10_000
}
const REQUEST = { headers: { 'content-type': 'application/json' }, body: '{}' }

function open(t: Test) {
  const outbound = createOutbound(LOOPBACK)
  t.teardown(() => outbound.close())
  return outbound
}

await t.test('what is broken is told in a few words, and throws nothing', async (t) => {
  const outbound = open(t)
  const errorOf = async (url: string) => {
    const { statusCode, error } = await outbound.post({ ...REQUEST, url })
    return [statusCode, error]
  }
  const raw = async (answer: string, end: 'end' | 'resetAndDestroy' = 'end') => {
    const { url } = await startRawReceiver(t, (socket) => {
      socket.once('data', () => {
        socket.write(answer, () => {
          socket[end]()
        })
      })
    })
    return errorOf(url)
  }
  const reset = 'connection reset'
  const head = 'HTTP/1.1 200 OK\r\n'
  t.same(await raw('', 'resetAndDestroy'), [null, reset])
  t.same(await raw(`${head}x-half: `, 'resetAndDestroy'), [null, reset])
  t.same(await raw(''), [null, reset], 'closes without an answer')
  const partOfBody = `${head}content-length: 10\r\n\r\nhalf`
  t.same(await raw(partOfBody, 'resetAndDestroy'), [200, reset])
  t.same(await raw(partOfBody), [200, reset], 'less than it promised')
  t.same(await raw(`${head}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`), [200, reset])
  t.same(await raw('SSH-2.0-OpenSSH_9.9\r\n'), [null, 'answer not HTTP'])
  t.same(await raw(`${head}no colon\r\n\r\n`), [null, 'answer not HTTP'])
  t.same(await raw(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n`), [200, 'answer not HTTP'])
  const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'
  t.same(await raw(upgrade), [null, reset])
  t.same(await raw('HTTP/1.1 100 Continue\r\n\r\n'), [null, reset])

  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  gone.close()
  await once(gone, 'close')
  t.same(await errorOf(`http://127.0.0.1:${port}`), [null, 'connection refused'])
  t.same(await errorOf('http://nobody.invalid'), [null, 'host not found'])
  const bad = await outbound.post({
    url: 'http://127.0.0.1',
    headers: { 'x-bad': 'a\nb' },
    body: ''
  })
  t.match(bad, { statusCode: null, error: 'failed (UND_ERR_INVALID_ARG)' })
})

await t.test('a request can be given up, and all of them', async (t) => {
  const { url, received } = await startReceiver(t, () => undefined)
  const outbound = open(t)
  const stop = new AbortController()
  const under = outbound.post({ ...REQUEST, url, signal: stop.signal })
  await until(async () => received.length === 1)
  stop.abort()
  t.match(await under, { statusCode: null, error: 'stopped' })
  t.match(await outbound.post({ ...REQUEST, url, signal: stop.signal }), { error: 'stopped' })

  const another = outbound.post({ ...REQUEST, url })
  const lookingUp = createOutbound({ ...LOOPBACK, lookup: () => undefined })
  const unknown = lookingUp.post({ ...REQUEST, url: 'http://acme.test' })
  await until(async () => received.length > 1)
  t.equal(received.length, 2, 'what was given up before is not even begun')
  await Promise.all([outbound.close(), lookingUp.close()])
  t.match(await Promise.all([another, unknown]), [{ error: 'stopped' }, { error: 'stopped' }])
  t.match(await outbound.post({ ...REQUEST, url }), { error: 'stopped' })
})
