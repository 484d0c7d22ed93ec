import type { Socket } from 'node:net'
import { invalidRequest } from '../errors.js'
import { newId } from '../ids.js'
import { toProblemBody } from './problem.js'

/** Why what came cannot be read, by the code of Node’s reader. */
const DETAILS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'The headers are too large.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.'
}

/**
 * What is no HTTP never becomes a request, so no hook and no error handler sees it. It is written by
 * hand, as the problem that everything else is told by, and the connection ends with it: nobody knows
 * where the next request would begin.
 */
export function answerUnreadable(publicUrl: string) {
  return (error: Error & { readonly code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    if (socket.writable) socket.write(answerTo(publicUrl, error.code ?? ''))
    socket.destroy(error)
  }
}

function answerTo(publicUrl: string, code: string): string {
  const id = newId('req')
  const detail = DETAILS[code] ?? 'This is not HTTP.'
  const problem = invalidRequest({ errors: [{ pointer: '', detail }] })
  const told = { ...toProblemBody(problem, publicUrl, { locale: 'en' }), instance: id }
  const body = JSON.stringify(told)
  return [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${id}`,
    'cache-control: no-store',
    'connection: close',
    '',
    body
  ].join('\r\n')
}
