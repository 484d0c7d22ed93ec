import { Agent, request } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import fc from 'fast-check'
import t from 'tap'
import { BODY_BYTES_MAX } from '../../src/http/server.js'
import { type Json, type Operation, operationsOf, readDocument } from '../helpers/openapi.js'
import { type Ids, MISSING, type Tenant } from '../helpers/tenant-with-everything.js'
import { openWorld } from '../helpers/walk.js'
import { createJudge, type Reply } from './judge.js'
import { requestsOf, type Sketch } from './requests.js'

/** Another seed plays another game; more runs play a longer one. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_126)
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 4)
/** However slow the machine: nothing that is sent keeps everybody else waiting for longer. */
const DELAY_MAX_MS = 5_000
const MEMORY_MAX_BYTES = 300_000_000

/** What ends that on which others depend comes last. */
const ENDS = /^(delete|remove|revoke|release|cancel|erase|leave|put(Policy|Billing)|transferOwn)/

/** Ids of the fixture in place of what stands for them. */
function fillIn(text: string, ids: Ids): string {
  const byPrefix = Object.fromEntries(
    Object.entries(MISSING).map(([name, id]) => [id.split('_')[0], ids[name] ?? id])
  )
  return text.replaceAll(
    /@([a-z_]+)/g,
    (whole, name: string) => ids[name] ?? byPrefix[name] ?? whole
  )
}

function pathOf({ path }: Operation, sketch: Sketch, ids: Ids): string {
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeText(fillIn(sketch.path[name] ?? '', ids))
  )
  const query = sketch.query.map(
    ([name, value]) => `${encodeText(name)}=${encodeText(fillIn(value, ids))}`
  )
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`
}

/** Half a character cannot be written in an address: its bytes are. */
const encodeText = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

const lengthOf = (body: Buffer | undefined) =>
  body === undefined ? {} : { 'content-length': String(body.length) }

function send(url: string, agent: Agent, { body, ...options }: Sent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ...options, agent }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const headers = answer.headers as Record<string, string | undefined>
        resolve({ status: answer.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString() })
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** So that an operation is asked the same whatever others there are. */
const seedOf = (name: string) =>
  [...Buffer.from(name)].reduce((sum, byte) => (sum * 31 + byte) | 0, SEED)

await t.test(`every operation, asked anything (FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS})`, async (t) => {
  const { app, own, victim } = await openWorld(t)
  const document: Json = await readDocument()
  const judge = createJudge(document)
  const agent = new Agent()
  t.teardown(() => {
    agent.destroy()
  })
  const operations = operationsOf(document)
  const ordered = [
    ...operations.filter(({ operation }) => !ENDS.test(operation.operationId)),
    ...operations.filter(({ operation }) => ENDS.test(operation.operationId))
  ]
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const memory = process.memoryUsage().rss
  const misfits: string[] = []
  const seen = new Map<string, number>()

  const ask = async (operation: Operation, sketch: Sketch, tenant: Tenant) => {
    const { headers } = sketch
    const body =
      sketch.body && Buffer.from(fillIn(sketch.body.toString('latin1'), tenant.ids), 'latin1')
    const sent = {
      method: operation.method,
      path: pathOf(operation, sketch, tenant.ids),
      // Of methods that seldom have a body Node would not say how long it is.
      headers: { authorization: `Bearer ${app.key}`, ...headers, ...lengthOf(body) },
      body
    }
    const reply = await send(app.url + sent.path, agent, sent).catch(
      (error: unknown) => error as Error
    )
    if (reply instanceof Error) {
      // What is too large is answered before it has been read: whoever goes on sending may miss it.
      const isTooLarge = body !== undefined && body.length > BODY_BYTES_MAX
      if (!isTooLarge) misfits.push(`${sent.method} ${sent.path}: ${reply.message}`)
      return
    }
    const key = `${sketch.kind} ${Math.floor(reply.status / 100)}xx`
    seen.set(key, (seen.get(key) ?? 0) + 1)
    const wrong = judge(operation, reply)
    if (wrong.length === 0) return
    const shown = body?.toString().slice(0, 500) ?? ''
    misfits.push(
      `${operation.method} ${sent.path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 200)} ` +
        `${shown}: ${reply.status} ${wrong.join(', ')}: ${reply.text.slice(0, 300)}`
    )
  }

  await t.test('answers as the document says, and is never at fault', async (t) => {
    for (const operation of ordered) {
      const { operationId } = operation.operation
      const requests = requestsOf(document, operation)
      const sketches = fc.sample(requests, { numRuns: RUNS, seed: seedOf(operationId) })
      for (const sketch of sketches) await ask(operation, sketch, own)
    }
    t.same(misfits, [], `FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`)
    const sent = operations.length * RUNS
    const told = JSON.stringify([...seen])
    t.ok((seen.get('valid 2xx') ?? 0) > sent / 6, `much of it is really done: ${told}`)
    t.ok((seen.get('near 4xx') ?? 0) > sent / 12, `and much refused: ${told}`)
  })

  await t.test('keeps nobody else waiting, and nothing of it in memory', async (t) => {
    delay.disable()
    t.ok(delay.max / 1e6 < DELAY_MAX_MS, `${delay.max / 1e6} ms`)
    globalThis.gc?.()
    const grown = process.memoryUsage().rss - memory
    t.ok(grown < MEMORY_MAX_BYTES, `${grown} bytes`)
    t.equal((await app.call('GET', victim.path)).status, 200, 'and still answers')
  })
})
