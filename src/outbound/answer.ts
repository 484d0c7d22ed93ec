import type { Dispatcher } from 'undici'

/** Of an answer no more is read, and none of it is kept for long. */
const BODY_BYTES_MAX = 16_384
/** Names and values together. */
const HEADERS_LENGTH_MAX = 8_192
/** Whatever somebody sends us to be sent back is not ours to keep. */
const NOT_KEPT = new Set(['set-cookie', 'set-cookie2'])

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2]

/** What has come of an answer. */
export interface Answer {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: string
}

/** Takes an answer piece by piece, as much of it as is kept. */
export function createCollector() {
  let start: { statusCode: number; headers: Record<string, string> } | undefined
  const chunks: Buffer[] = []
  let room = BODY_BYTES_MAX

  return {
    start(statusCode: number, headers: Headers) {
      start = { statusCode, headers: keptHeaders(headers) }
    },
    /** False once there is no room left. */
    add(chunk: Buffer): boolean {
      // A copy, as the piece may be a small part of a large buffer.
      chunks.push(Buffer.from(chunk.subarray(0, room)))
      room -= Math.min(room, chunk.length)
      return room > 0
    },
    /** Undefined as long as not even the headers have come. */
    answer: (): Answer | undefined => start && { ...start, body: toText(Buffer.concat(chunks)) }
  }
}

/** As text that PostgreSQL stores: it knows no NUL. A character that is cut off is left out. */
const toText = (bytes: Buffer) =>
  bytes.length === 0
    ? ''
    : new TextDecoder().decode(bytes, { stream: true }).replaceAll('\0', '\uFFFD')

/** When to come back is read from it, so that comes first; the rest while there is room. */
function keptHeaders(headers: Headers): Record<string, string> {
  const { 'retry-after': retryAfter, ...others } = headers
  const all = Object.entries({ 'retry-after': retryAfter, ...others })
  const kept: [string, string][] = []
  let room = HEADERS_LENGTH_MAX
  for (const [name, given] of all) {
    if (given === undefined || NOT_KEPT.has(name)) continue
    const value = (Array.isArray(given) ? given.join(', ') : given).replaceAll('\0', '\uFFFD')
    room -= name.length + value.length
    if (room < 0) break
    kept.push([name, value])
  }
  return Object.fromEntries(kept)
}
