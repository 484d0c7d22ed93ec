import { isIP, type LookupFunction, type Socket } from 'node:net'
import { buildConnector } from 'undici'
import type { AddressGuard } from './address-guard.js'
import { ADDRESS_NOT_ALLOWED } from './failures.js'

export interface ConnectorOptions {
  readonly guard: AddressGuard
  readonly lookup: LookupFunction
  readonly timeoutMs: number
  /** Certificate authorities, PEM; undefined: those of the machine. */
  readonly authorities: readonly string[] | undefined
}

/** Of a host with several addresses, how long one is tried before the next. */
const ATTEMPT_TIMEOUT_MS = 2_000

/**
 * Opens connections, and only to addresses that the guard lets through: a name is looked up here,
 * all its addresses are judged, and the socket connects to what has been judged and nothing else.
 */
export function createConnector(options: ConnectorOptions) {
  const { guard, timeoutMs, authorities } = options
  const opening = new Set<Socket>()
  // It gives the socket back, though its type says nothing of that.
  const open = buildConnector({
    timeout: timeoutMs,
    // Said, as NODE_TLS_REJECT_UNAUTHORIZED would decide otherwise.
    rejectUnauthorized: true,
    lookup: guardLookup(guard, shareLookups(options.lookup)),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ATTEMPT_TIMEOUT_MS,
    ...(authorities ? { ca: [...authorities] } : {})
  }) as (...target: Parameters<buildConnector.connector>) => Socket

  const connect: buildConnector.connector = (target, callback) => {
    // No look-up is made for what is an address already.
    if (isIP(target.hostname) !== 0 && !guard(target.hostname)) {
      callback(notAllowed(), null)
      return
    }
    const socket = open(target, (...[error, connected]: Opened) => {
      opening.delete(socket)
      if (error) {
        callback(error, null)
      } else if (isAllowedPeer(connected, guard)) {
        callback(null, connected)
      } else {
        connected.destroy()
        callback(notAllowed(), null)
      }
    })
    opening.add(socket)
    socket.once('close', () => opening.delete(socket))
  }

  return {
    connect,
    /** Gives up whatever has not connected yet. */
    close() {
      for (const socket of opening) socket.destroy(new Error('closed'))
    }
  }
}

type Opened = Parameters<buildConnector.Callback>

/** Belt and braces: what a socket has really connected to. */
export function isAllowedPeer(
  { remoteAddress }: Pick<Socket, 'remoteAddress'>,
  guard: AddressGuard
): boolean {
  return remoteAddress !== undefined && guard(remoteAddress)
}

const notAllowed = () => Object.assign(new Error('not allowed'), { code: ADDRESS_NOT_ALLOWED })

/** One forbidden address is enough to refuse a name: whoever mixes them is trying something. */
function guardLookup(guard: AddressGuard, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) {
        callback(error, [])
        return
      }
      const [first, ...others] = typeof found === 'string' ? [] : found
      if (!first || ![first, ...others].every(({ address }) => guard(address))) {
        callback(notAllowed(), [])
      } else if (options.all) callback(null, [first, ...others])
      else callback(null, first.address, first.family)
    })
  }
}

/** The machine answers few look-ups at once, so that each name under way is asked for once. */
function shareLookups(lookup: LookupFunction): LookupFunction {
  const waiting = new Map<string, Parameters<LookupFunction>[2][]>()
  return (hostname, options, callback) => {
    const key = `${hostname} ${options.family ?? 0} ${options.hints ?? 0}`
    const others = waiting.get(key)
    if (others) {
      others.push(callback)
      return
    }
    waiting.set(key, [callback])
    lookup(hostname, options, (...answer) => {
      const callbacks = waiting.get(key) ?? []
      waiting.delete(key)
      for (const one of callbacks) one(...answer)
    })
  }
}
