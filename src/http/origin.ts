import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Origin } from '../context.js'
import { invalidRequest } from '../errors.js'

const USER_AGENT_LENGTH_MAX = 512
const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i

/** From where a person's own browser or program sends. */
export function ownOrigin({ ip, headers }: FastifyRequest): Origin {
  const userAgent = headers['user-agent']?.slice(0, USER_AGENT_LENGTH_MAX)
  return { ip: readAddress(ip) ?? null, userAgent: userAgent === '' ? null : (userAgent ?? null) }
}

/**
 * From where the acting member sends, as the host tells; undefined: it does not. Only with whom it
 * acts for: the host itself is nobody's device.
 *
 * @throws Problem invalid_request
 */
export function actorOrigin({ headers }: FastifyRequest, hasActor: boolean): Origin | undefined {
  const ip = headers['muster-actor-ip']
  const userAgent = headers['muster-actor-user-agent']
  if (ip === undefined && userAgent === undefined) return undefined
  if (!hasActor) {
    const name = ip === undefined ? 'Muster-Actor-User-Agent' : 'Muster-Actor-IP'
    throw wrong(name, 'Says nothing without Muster-Actor.')
  }
  return {
    ip: ip === undefined ? null : givenAddress(String(ip)),
    userAgent: userAgent === undefined ? null : givenUserAgent(String(userAgent))
  }
}

function givenAddress(text: string): string {
  const address = readAddress(text)
  if (address === undefined) throw wrong('Muster-Actor-IP', 'Must be an IP address.')
  return address
}

function givenUserAgent(text: string): string {
  if (text !== '' && text.length <= USER_AGENT_LENGTH_MAX) return text
  throw wrong('Muster-Actor-User-Agent', `Must be 1 to ${USER_AGENT_LENGTH_MAX} characters.`)
}

/** An IPv4 address as such, also where a socket tells it within one of IPv6; without a zone. */
function readAddress(text: string | undefined): string | undefined {
  // Of a connection that its client has closed meanwhile nothing is known any more.
  if (text === undefined) return undefined
  const address = text.replace(MAPPED_IPV4, '')
  return isIP(address) === 0 || address.includes('%') ? undefined : address
}

const wrong = (header: string, detail: string) =>
  invalidRequest({ errors: [{ pointer: `header:/${header}`, detail }] })
