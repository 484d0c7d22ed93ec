import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'

/** What DNS says of a name's TXT records. */
export type TxtAnswer =
  /** Each record as one text. */
  | { readonly kind: 'records'; readonly texts: readonly string[] }
  /** There are certainly none. */
  | { readonly kind: 'none' }
  /** Nobody knows: it was slow, refused or broken. */
  | { readonly kind: 'failed'; readonly code: string }

export interface TxtResolver {
  /** Never throws, and never takes longer than it was allowed to. */
  lookUpTxt(name: string): Promise<TxtAnswer>
}

interface ResolverOptions {
  /** `9.9.9.9`, `127.0.0.1:5353` or `[::1]:5353`; none: those of the machine. */
  readonly servers: readonly string[]
  readonly timeoutMs: number
}

/** More records are not looked at, nor longer ones: whose record it is cannot need them. */
const RECORDS_MAX = 200
const RECORD_LENGTH_MAX = 1_000
/** Each server is asked so often within the time that there is. */
const TRIES = 3
const NOTHING_THERE = new Set(['ENOTFOUND', 'ENODATA'])

/** Each look-up has a resolver of its own, so that giving one up leaves the others alone. */
export function createTxtResolver({ servers, timeoutMs }: ResolverOptions): TxtResolver {
  return {
    async lookUpTxt(name) {
      const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / TRIES), tries: TRIES })
      if (servers.length > 0) resolver.setServers(servers)
      // Ends the look-up however many servers, tries and redirections are left.
      const timer = setTimeout(() => {
        resolver.cancel()
      }, timeoutMs)
      try {
        return toAnswer(await resolver.resolveTxt(name))
      } catch (error) {
        return toFailure(error)
      } finally {
        clearTimeout(timer)
      }
    }
  }
}

function toAnswer(records: readonly (readonly string[])[]): TxtAnswer {
  const texts = records.slice(0, RECORDS_MAX).map((chunks) => chunks.join(''))
  return { kind: 'records', texts: texts.filter(({ length }) => length <= RECORD_LENGTH_MAX) }
}

function toFailure(error: unknown): TxtAnswer {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return NOTHING_THERE.has(code) ? { kind: 'none' } : { kind: 'failed', code: NAMES[code] ?? code }
}

/** In words that mean something to who keeps a domain's DNS. */
const NAMES: Readonly<Record<string, string>> = {
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  ETIMEOUT: 'timeout',
  ECANCELLED: 'timeout',
  ECONNREFUSED: 'unreachable',
  EBADRESP: 'malformed',
  EFORMERR: 'malformed',
  EBADNAME: 'malformed'
}

/** Whether a resolver can be told of it. */
export function isDnsServer(text: string): boolean {
  if (isIP(text) !== 0) return true
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? []
  const isAddress = v6 === undefined ? isIP(v4 ?? '') === 4 : isIP(v6) === 6
  return isAddress && Number(port) >= 1 && Number(port) <= 65_535
}
