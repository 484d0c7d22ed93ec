// A consumer of webhooks that answers at once and counts, and a bare sender to hold ours against.
import { createServer } from 'node:http'
import { Agent, request, setGlobalDispatcher } from 'undici'
import { answerParent } from '../lib/child.mjs'

const arrivals = new Map()
let count = 0
let waiting
let firstAt

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const id = request.headers['webhook-id']
    if (id && !arrivals.has(id)) arrivals.set(id, Date.now())
    if (count === 0) firstAt = performance.now()
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
      /** Waits until so many requests have come since the last `take`: from the first to the last. */
      async timeOf(wanted) {
        const end = await new Promise((resolve) => {
          waiting = { wanted, resolve }
        })
        waiting = undefined
        return end - firstAt
      },
      post
    }
  )
})

/** So many POSTs of the same body as one writes them with undici, as many at a time as ours sends. */
async function post({ url, count, connections, body }) {
  setGlobalDispatcher(new Agent({ connections }))
  let left = count
  const run = async () => {
    while (left > 0) {
      left -= 1
      const answer = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body
      })
      await answer.body.text()
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: connections }, run))
  const ms = performance.now() - start
  return ms
}
