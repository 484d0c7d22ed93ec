// A consumer of webhooks that answers at once and counts, and a bare sender to hold ours against.
import { createServer } from 'node:http'
import { Pool } from 'undici'
import { answerParent } from '../lib/child.mjs'

const arrivals = new Map()
let count = 0
let waiting

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const id = request.headers['webhook-id']
    if (id && !arrivals.has(id)) arrivals.set(id, Date.now())
    count += 1
    response.writeHead(204).end()
    if (waiting && count >= waiting.wanted) waiting.resolve(performance.now())
  })
})
server.listen(0, '127.0.0.1', () => {
  answerParent(
    { url: `http://127.0.0.1:${server.address().port}/` },
    {
      /** When each message arrived first, by its id; and it forgets them. */
      take() {
        const taken = Object.fromEntries(arrivals)
        arrivals.clear()
        count = 0
        return taken
      },
      /** How long it takes from now until so many requests have come since the last `take`. */
      async timeUntil(wanted) {
        const start = performance.now()
        if (count >= wanted) return 0
        const end = await new Promise((resolve) => {
          waiting = { wanted, resolve }
        })
        waiting = undefined
        return end - start
      },
      post
    }
  )
})

/** So many POSTs of the same body with undici, over as many connections as ours uses. */
async function post({ url, count, connections, body }) {
  const pool = new Pool(new URL(url).origin, { connections })
  let left = count
  const run = async () => {
    while (left > 0) {
      left -= 1
      const answer = await pool.request({
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/json' },
        body
      })
      await answer.body.dump()
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: connections }, run))
  const ms = performance.now() - start
  await pool.close()
  return ms
}
