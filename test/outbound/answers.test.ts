import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { createOutbound, type OutboundOptions } from '../../src/outbound/outbound.js'
import { until } from '../helpers/database.js'
import { startRawReceiver, startReceiver } from '../helpers/outbound-servers.js'

const LOOPBACK: OutboundOptions = {
  allowHttp: true,
  allowedNetworks: ['127.0.0.1'],
  timeoutMs: 10_000
}
const SOON = { ...LOOPBACK, timeoutMs: 300 }
const REQUEST = { headers: { 'content-type': 'application/json', 'x-one': '1' }, body: '{"é":1}' }

function open(t: Test, options = LOOPBACK) {
  const outbound = createOutbound(options)
  t.teardown(() => outbound.close())
  return outbound
}

const answering =
  (status: number, headers: Record<string, string> = {}, body = '') =>
  (_request: unknown, response: ServerResponse) => {
    response.writeHead(status, headers).end(body)
  }

await t.test('a request arrives as it was given, and the answer comes back', async (t) => {
  const receiver = await startReceiver(
    t,
    answering(201, { 'X-Id': 'a', 'Set-Cookie': 'b=c' }, 'ok')
  )
  const outcome = await open(t).post({ ...REQUEST, url: `${receiver.url}/hook?team=1#part` })
  t.match(outcome, { statusCode: 201, body: 'ok', error: null, headers: { 'x-id': 'a' } })
  t.notOk('set-cookie' in outcome.headers)
  t.ok(Number.isInteger(outcome.latencyMs) && outcome.latencyMs >= 0)
  t.match(receiver.received, [{ method: 'POST', path: '/hook?team=1', body: '{"é":1}' }])
  const { headers } = receiver.received[0] ?? {}
  t.match(headers, {
    ...REQUEST.headers,
    'content-length': '8',
    host: `127.0.0.1:${receiver.port}`
  })
})

await t.test('whatever it answers is the answer', async (t) => {
  const outbound = open(t)
  for (const status of [200, 204, 400, 410, 500, 503]) {
    const { url } = await startReceiver(t, answering(status, {}, status === 204 ? '' : 'why'))
    t.match(await outbound.post({ ...REQUEST, url }), {
      statusCode: status,
      error: null,
      body: status === 204 ? '' : 'why'
    })
  }
  const { url } = await startReceiver(t, answering(429, { 'Retry-After': '120' }))
  t.match(await outbound.post({ ...REQUEST, url }), {
    statusCode: 429,
    headers: { 'retry-after': '120' }
  })
})

await t.test('no redirect is followed, wherever it leads', async (t) => {
  const inner = await startReceiver(t, answering(200))
  const outbound = open(t)
  for (const status of [301, 302, 303, 307, 308]) {
    for (const location of [inner.url, 'http://169.254.169.254/', '/again']) {
      const { url, received } = await startReceiver(t, answering(status, { location }))
      t.match(await outbound.post({ ...REQUEST, url }), { statusCode: status, error: null })
      t.equal(received.length, 1)
    }
  }
  t.same(inner.received, [])
})

await t.test('connections are kept, and no more are opened than there may be', async (t) => {
  const waiting: ServerResponse[] = []
  const receiver = await startReceiver(t, (_request, response) => {
    waiting.push(response)
  })
  const outbound = open(t)
  const send = () => outbound.post({ ...REQUEST, url: receiver.url })
  const first = Array.from({ length: 100 }, send)
  await until(async () => waiting.length === 64)
  t.equal(receiver.connections.length, 64, 'the others wait for their turn')
  let answered = 0
  while (answered < 100) {
    for (const response of waiting.splice(0)) {
      answered += 1
      response.end('ok')
    }
    await until(async () => waiting.length > 0 || answered === 100)
  }
  t.ok((await Promise.all(first)).every(({ statusCode }) => statusCode === 200))
  t.equal(receiver.connections.length, 64)

  const quick = await startReceiver(t, answering(200))
  for (let sent = 0; sent < 20; sent += 1) await outbound.post({ ...REQUEST, url: quick.url })
  t.ok(quick.connections.length <= 2, 'one more while the first settles')
})

await t.test('who says nothing is left when the time is over', async (t) => {
  const timedOut = 'timed out after 0.3 s'
  const outbound = open(t, SOON)

  await t.test('takes the connection and nothing else', async (t) => {
    const { url, connections } = await startRawReceiver(t, () => undefined)
    const outcome = await outbound.post({ ...REQUEST, url })
    t.match(outcome, { statusCode: null, headers: {}, body: '', error: timedOut })
    t.ok(outcome.latencyMs >= 290 && outcome.latencyMs < 2_000, String(outcome.latencyMs))
    await until(async () => connections[0]?.destroyed === true)
  })

  await t.test('sends headers for ever', async (t) => {
    const { url } = await startRawReceiver(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const drip = setInterval(() => socket.write('x: 1\r\n'), 20)
      socket.on('close', () => {
        clearInterval(drip)
      })
    })
    t.match(await outbound.post({ ...REQUEST, url }), { statusCode: null, error: timedOut })
  })

  await t.test('says for ever that it goes on', async (t) => {
    const { url } = await startRawReceiver(t, (socket) => {
      const drip = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 20)
      socket.on('close', () => {
        clearInterval(drip)
      })
    })
    t.match(await outbound.post({ ...REQUEST, url }), { statusCode: null, error: timedOut })
  })

  await t.test('sends a byte now and then', async (t) => {
    const { url, connections } = await startReceiver(t, (_request, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write('.'), 20)
      response.on('close', () => {
        clearInterval(drip)
      })
    })
    const outcome = await outbound.post({ ...REQUEST, url })
    t.match(outcome, { statusCode: 200, body: /^\.+$/, error: timedOut }, 'no whole answer')
    await until(async () => connections[0]?.destroyed === true)
  })

  await t.test('is found by no name server', async (t) => {
    const silent = createOutbound({ ...SOON, lookup: () => undefined })
    const outcome = await silent.post({ ...REQUEST, url: 'http://acme.test' })
    t.match(outcome, { statusCode: null, error: timedOut })
    await silent.close()
  })
})

await t.test('of a large answer only the beginning is read', async (t) => {
  const outbound = open(t)
  const start = 'é'.repeat(9_000)

  await t.test('100 MB', async (t) => {
    let sent = 0
    const { url, connections } = await startRawReceiver(t, (socket) => {
      const block = Buffer.alloc(1_048_576, 'x')
      const fill = () => {
        while (sent < 100 && socket.writable) {
          sent += 1
          if (!socket.write(block)) return
        }
      }
      socket.on('drain', fill)
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${100 * 1_048_576}\r\n\r\n`)
      fill()
    })
    const before = process.memoryUsage()
    const outcome = await outbound.post({ ...REQUEST, url })
    t.match(outcome, { statusCode: 200, error: null, body: 'x'.repeat(16_384) })
    t.equal(outcome.body.length, 16_384)
    await until(async () => connections[0]?.destroyed === true)
    t.ok(sent < 30, `${sent} MB were sent into buffers`)
    const after = process.memoryUsage()
    const grown = after.heapUsed + after.external - before.heapUsed - before.external
    t.ok(grown < 40 * 1_048_576, `${grown} bytes more`)
  })

  await t.test('chunks for ever, and no half character at the end', async (t) => {
    const { url, connections } = await startReceiver(t, (_request, response) => {
      response.write(`.${start}`)
      const pour = setInterval(() => response.write('more'), 1)
      response.on('close', () => {
        clearInterval(pour)
      })
    })
    const outcome = await outbound.post({ ...REQUEST, url })
    t.match(outcome, { statusCode: 200, error: null })
    t.equal(outcome.body, `.${start.slice(0, 8_191)}`)
    await until(async () => connections[0]?.destroyed === true)
  })

  await t.test('headers', async (t) => {
    const some = Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`x-${at}`, 'y'.repeat(1_000)])
    )
    const { url } = await startReceiver(t, answering(503, { ...some, 'Retry-After': '7' }, 'later'))
    const { headers, ...outcome } = await outbound.post({ ...REQUEST, url })
    t.match(outcome, { statusCode: 503, body: 'later', error: null })
    t.equal(headers['retry-after'], '7')
    const length = Object.entries(headers).flat().join('').length
    t.ok(length > 6_000 && length <= 8_192, String(length))

    const huge = await startRawReceiver(t, (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`)
    })
    const error = 'headers of the answer too large'
    t.match(await outbound.post({ ...REQUEST, url: huge.url }), { statusCode: null, error })
  })
})

await t.test('an answer is text that a database stores', async (t) => {
  const { url } = await startReceiver(t, (_request, response) => {
    response.end(Buffer.from([0x61, 0x00, 0xff, 0x62]))
  })
  t.match(await open(t).post({ ...REQUEST, url }), { body: 'a\uFFFD\uFFFDb', error: null })
})

await t.test('one that closes its connections is sent to again all the same', async (t) => {
  const receiver = await startReceiver(t, answering(200, { connection: 'close' }))
  const outbound = open(t)
  for (let sent = 0; sent < 3; sent += 1) {
    t.match(await outbound.post({ ...REQUEST, url: receiver.url }), {
      statusCode: 200,
      error: null
    })
  }
  t.equal(receiver.connections.length, 3)
})
