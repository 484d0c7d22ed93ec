import { constants } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { createOutbound } from '../../src/outbound/outbound.js'
import { makeCertificates, skipCertificates } from '../helpers/certificates.js'
import { startRawReceiver, startReceiver } from '../helpers/outbound-servers.js'

const REQUEST = { headers: {}, body: '{"secret":true}' }
const answer = (_request: unknown, response: ServerResponse) => {
  response.end('ok')
}

await t.test('TLS is verified, always', { skip: skipCertificates }, async (t) => {
  const certificates = makeCertificates(t)
  const open = (t: Test, authorities?: readonly string[], timeoutMs = 10_000) => {
    const outbound = createOutbound({
      allowHttp: false,
      allowedNetworks: ['127.0.0.1'],
      timeoutMs,
      lookup: (_hostname, options, callback) => {
        if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }])
        else callback(null, '127.0.0.1', 4)
      },
      ...(authorities ? { authorities } : {})
    })
    t.teardown(() => outbound.close())
    return outbound
  }
  const outbound = open(t, [certificates.authority])

  await t.test('a certificate that is in order is fine', async (t) => {
    const { url, received, connections } = await startReceiver(t, answer, certificates.good)
    t.match(await outbound.post({ ...REQUEST, url }), { statusCode: 200, body: 'ok', error: null })
    t.match(await outbound.post({ ...REQUEST, url }), { statusCode: 200, body: 'ok', error: null })
    t.match(received, [{ body: REQUEST.body }, { body: REQUEST.body }])
    t.ok(connections.length <= 2)
  })

  await t.test('any other is told, and gets nothing', async (t) => {
    const cases = [
      ['expired', 'CERT_HAS_EXPIRED'],
      ['elsewhere', 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT']
    ] as const
    for (const [name, code] of cases) {
      const { url, received } = await startReceiver(t, answer, certificates[name])
      const error = `certificate not valid (${code})`
      t.match(await outbound.post({ ...REQUEST, url }), { statusCode: null, error }, name)
      t.same(received, [])
    }
    const { url } = await startReceiver(t, answer, certificates.good)
    const error = 'certificate not valid (UNABLE_TO_VERIFY_LEAF_SIGNATURE)'
    t.match(await open(t).post({ ...REQUEST, url }), { statusCode: null, error })
  })

  await t.test('a name is what the certificate must be of, whatever its address', async (t) => {
    const good = await startReceiver(t, answer, certificates.elsewhere)
    const url = `https://acme.test:${good.port}`
    t.match(await outbound.post({ ...REQUEST, url }), { statusCode: 200, error: null })
    const error = 'certificate not valid (ERR_TLS_CERT_ALTNAME_INVALID)'
    const other = `https://other.test:${good.port}`
    t.match(await outbound.post({ ...REQUEST, url: other }), { statusCode: null, error })
  })

  await t.test('the environment cannot turn it off', async (t) => {
    const { env } = process
    env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    t.teardown(() => {
      delete env['NODE_TLS_REJECT_UNAUTHORIZED']
    })
    const { url, received } = await startReceiver(t, answer, certificates.selfSigned)
    t.match(await outbound.post({ ...REQUEST, url }), { statusCode: null, error: /^certificate/ })
    t.same(received, [])
  })

  await t.test('what is no TLS, or too old, is told', async (t) => {
    const plain = await startRawReceiver(t, (socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    })
    const { error } = await outbound.post({ ...REQUEST, url: `https://127.0.0.1:${plain.port}` })
    t.match(error, /^TLS failed/)

    const old = await startReceiver(t, answer, {
      ...certificates.good,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      secureOptions: constants.SSL_OP_NO_TLSv1_3
    })
    t.match(await outbound.post({ ...REQUEST, url: old.url }), {
      statusCode: null,
      error: /^TLS failed/
    })

    const silent = await startRawReceiver(t, () => undefined)
    const soon = open(t, [certificates.authority], 300)
    t.match(await soon.post({ ...REQUEST, url: `https://127.0.0.1:${silent.port}` }), {
      statusCode: null,
      error: 'timed out after 0.3 s'
    })
  })
})
