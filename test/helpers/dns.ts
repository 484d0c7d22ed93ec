import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import dns2 from 'dns2'
import type { Test } from 'tap'

/** One TXT record: a text, or the chunks that it is sent in. */
type Txt = string | string[]

/** What the server says of a name. A name that is not there is NXDOMAIN. */
export type Reply =
  | readonly Txt[]
  | 'servfail'
  | 'refused'
  /** Takes the question and never answers. */
  | 'silent'
  | { readonly cname: string }
  /** Answers with records of another name than the one that was asked for. */
  | { readonly lie: string; readonly records: readonly Txt[] }

type Packet = InstanceType<typeof dns2.Packet>
type Send = (response: Packet | Buffer) => unknown
type Handler = (bytesMax: number) => (request: Packet, send: Send) => void

const RCODES = { servfail: 2, nxdomain: 3, refused: 5 } as const
const PORTS_TRIED_MAX = 20
const UDP_BYTES_MAX = 512
const TCP_BYTES_MAX = 65_535
/** In the header of a packet. */
const ANSWER_COUNT_AT = 6

/** A real DNS server on loopback, by UDP and TCP. `records` may change at any time. */
export async function createDnsServer(t: Test) {
  const records = new Map<string, Reply>()
  /** Every name that was asked for, in the order of the questions. */
  const asked: string[] = []
  const handle = (bytesMax: number) => (request: Packet, send: Send) => {
    const [{ name } = { name: '' }] = request.questions
    asked.push(name)
    answer(request, send, { name, records, bytesMax })
  }
  const port = await listen(t, handle)
  return { records, asked, server: `127.0.0.1:${port}` }
}

interface Question {
  readonly name: string
  readonly records: ReadonlyMap<string, Reply>
  readonly bytesMax: number
}

function answer(request: Packet, send: Send, { name, records, bytesMax }: Question): void {
  const reply = records.get(name)
  const response = dns2.Packet.createResponseFromRequest(request)
  if (reply === 'silent') return
  if (reply === undefined || typeof reply === 'string') {
    response.header.rcode = RCODES[reply ?? 'nxdomain']
    send(response)
    return
  }
  const whole = withAnswers(response, recordsOf(name, reply, records))
  response.header.tc = 1
  send(whole.length > bytesMax ? response : whole)
}

function recordsOf(
  name: string,
  reply: Exclude<Reply, string>,
  records: Question['records']
): Buffer[] {
  if ('lie' in reply) return reply.records.map((data) => encodeTxt(reply.lie, data))
  if (!('cname' in reply)) return reply.map((data) => encodeTxt(name, data))
  const there = records.get(reply.cname) ?? []
  const alias = encode({ name, type: dns2.Packet.TYPE.CNAME, domain: reply.cname })
  return [alias, ...(typeof there === 'string' ? [] : recordsOf(reply.cname, there, records))]
}

const encodeTxt = (name: string, data: Txt) => encode({ name, type: dns2.Packet.TYPE.TXT, data })

const encode = (record: { name: string; type: number; domain?: string; data?: Txt }): Buffer =>
  dns2.Packet.Resource.encode(
    new dns2.Packet.Resource({ class: dns2.Packet.CLASS.IN, ttl: 60, ...record })
  )

/** Put together here: the package itself takes seconds for an answer of hundreds of records. */
function withAnswers(response: Packet, answers: readonly Buffer[]): Buffer {
  const head = response.toBuffer()
  head.writeUInt16BE(answers.length, ANSWER_COUNT_AT)
  return Buffer.concat([head, ...answers])
}

/** The same port by both: an answer that is too large for one datagram is asked for again by TCP. */
async function listen(t: Test, handle: Handler): Promise<number> {
  for (let tried = 0; tried < PORTS_TRIED_MAX; tried += 1) {
    const udp = dns2.createUDPServer(handle(UDP_BYTES_MAX))
    await udp.listen(0, '127.0.0.1')
    const { port } = udp.address()
    const tcp = dns2.createTCPServer(handle(TCP_BYTES_MAX))
    tcp.listen(port, '127.0.0.1')
    try {
      await once(tcp, 'listening')
    } catch {
      // Somebody else has that port by TCP.
      udp.close()
      continue
    }
    t.teardown(() => {
      udp.close()
      tcp.close()
    })
    return (tcp.address() as AddressInfo).port
  }
  throw new Error('no port is free by both')
}
