import { connect } from 'node:net'
import { newUuid } from '../baseline/ids.mjs'

const HEAD_END = '\r\n\r\n'
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i

/**
 * Posts over that many connections, on each one after the other, bodies that `bodyOf` makes of their
 * numbers, each with an idempotency key of its own; fails unless every answer is `201`. By hand,
 * because autocannon takes twice as long over requests that are not made beforehand, and load and
 * server share the cores.
 */
async function runPosts({ url, headers, path, connections, seconds, bodyOf }) {
  const head = toHead(url, { ...headers, 'content-type': 'application/json' }, path)
  const batch = newUuid()
  const end = performance.now() + seconds * 1000
  const times = []
  let turn = 0
  const next = () => {
    if (performance.now() >= end) return undefined
    turn += 1
    const body = bodyOf(turn)
    return `${head}idempotency-key: ${batch}.${turn}\r\ncontent-length: ${body.length}${HEAD_END}${body}`
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: connections }, () => runConnection(url, next, times)))
  const lasted = performance.now() - start
  times.sort((a, b) => a - b)
  const quantile = (q) => times[Math.floor((times.length - 1) * q)]
  return {
    answered: times.length,
    perSecond: (times.length / lasted) * 1000,
    p50: quantile(0.5),
    p99: quantile(0.99)
  }
}

const toHead = (url, headers, path) =>
  [`POST ${path} HTTP/1.1`, `host: ${new URL(url).host}`]
    .concat(Object.entries(headers).map(([name, value]) => `${name}: ${value}`))
    .map((line) => `${line}\r\n`)
    .join('')

/** Sends what `next` gives until it gives nothing, each once the one before it is answered. */
function runConnection(url, next, times) {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    let received = ''
    let sentAt = 0
    const send = () => {
      const request = next()
      if (request === undefined) return socket.end()
      sentAt = performance.now()
      socket.write(request, 'latin1')
    }
    socket.setEncoding('latin1')
    socket.on('connect', send)
    socket.on('data', (part) => {
      received += part
      if (!isWhole(received)) return
      if (!received.startsWith('HTTP/1.1 201 ')) return socket.destroy(new Error(received))
      times.push(performance.now() - sentAt)
      received = ''
      send()
    })
    socket.on('error', reject)
    socket.on('close', () => {
      if (socket.writableEnded) resolve()
      else reject(new Error('the server closed a connection'))
    })
  })
}

function isWhole(text) {
  const end = text.indexOf(HEAD_END)
  if (end < 0) return false
  const length = LENGTH.exec(text.slice(0, end + 2))?.[1]
  if (length === undefined) throw new Error(`an answer without a length: ${text}`)
  return text.length >= end + HEAD_END.length + Number(length)
}

/** The same, with the processor time that the server used for one request. */
export async function runPostsOn(server, options) {
  const before = await server.ask('cpuMs')
  const result = await runPosts({ ...server.ready, ...options })
  const used = (await server.ask('cpuMs')) - before
  return { ...result, cpuUs: (used * 1000) / result.answered }
}
