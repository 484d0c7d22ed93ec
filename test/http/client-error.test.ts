import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { createTestApp } from '../helpers/app.js'

/** All that is answered to these bytes, until the connection ends. */
async function sendBytes(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(bytes)
  return text(socket)
}

await t.test('what is no HTTP is told so as a problem, and the connection ends', async (t) => {
  const { url, call } = await createTestApp(t)
  const unreadable: [string, RegExp][] = [
    ['HELO acme.test\r\n\r\n', /not HTTP/],
    ['GET / HTTP/1.1\r\nHost: a\r\nno header\r\n\r\n', /not HTTP/],
    ['POST /v1/organizations HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n', /not HTTP/],
    [`GET / HTTP/1.1\r\nHost: a\r\nCookie: ${'x'.repeat(40_000)}\r\n\r\n`, /too large/]
  ]
  for (const [bytes, detail] of unreadable) {
    const [head = '', body = ''] = (await sendBytes(url, bytes)).split('\r\n\r\n')
    t.match(head, /^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json/)
    const [, id] = /x-request-id: (req_[0-9a-z]{26})/.exec(head) ?? []
    t.match(JSON.parse(body), {
      code: 'invalid_request',
      status: 400,
      instance: id,
      errors: [{ detail }]
    })
    t.match(head, `content-length: ${Buffer.byteLength(body)}`)
  }
  t.equal((await call('GET', '/healthz', { key: null })).status, 200, 'others are served')
})
