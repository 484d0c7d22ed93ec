import { errors } from 'undici'

export const ADDRESS_NOT_ALLOWED = 'MUSTER_ADDRESS_NOT_ALLOWED'

/** In words that mean something to who keeps the other side; none of them is the other side's. */
const WORDS: Readonly<Record<string, string>> = {
  [ADDRESS_NOT_ALLOWED]: 'address not allowed',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ECONNABORTED: 'connection reset',
  EPIPE: 'connection reset',
  UND_ERR_SOCKET: 'connection reset',
  ENOTFOUND: 'host not found',
  ENODATA: 'host not found',
  EAI_AGAIN: 'name server did not answer',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'host unreachable',
  EADDRNOTAVAIL: 'host unreachable',
  ETIMEDOUT: 'connecting timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connecting timed out',
  UND_ERR_HEADERS_OVERFLOW: 'headers of the answer too large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'answer not HTTP',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'answer not HTTP',
  UND_ERR_DESTROYED: 'stopped',
  UND_ERR_CLOSED: 'stopped',
  EPROTO: 'TLS failed'
}

/** As OpenSSL names what is wrong with a certificate. */
const CERTIFICATE = /CERT|^UNABLE_TO_|^CRL_|^INVALID_(CA|PURPOSE)$|^HOSTNAME_MISMATCH$/
const CODE = /^[A-Z][A-Z0-9_]{1,60}$/

/** Why there is no answer, or no whole one: short, fixed words, and a code where it says more. */
export function failureOf(error: unknown): string {
  const code = codeOf(error)
  const words = WORDS[code]
  if (words !== undefined) return words
  if (error instanceof errors.HTTPParserError) return 'answer not HTTP'
  if (CERTIFICATE.test(code)) return `certificate not valid (${code})`
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return `TLS failed (${code})`
  return code === '' ? 'failed' : `failed (${code})`
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && CODE.test(code) ? code : ''
}
