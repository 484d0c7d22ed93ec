import { scrub } from './scrub.js'

/** What helps to find the cause. Never what PostgreSQL quotes (`detail`, `where`): that is data. */
const FIELDS = ['code', 'constraint', 'table', 'routine', 'syscall', 'address', 'responseCode']

/** PostgreSQL quotes the value that it does not take: `invalid input syntax for type uuid: "…"`. */
const QUOTED_VALUE = /: ".*$/s

/**
 * What may be written down of an error. A failed query is told by its text and its cause: its values
 * are people's names and addresses. A mail server's answer quotes the address, or anything else, so
 * of that only the codes are told.
 */
export function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? scrub(error) : error
  const values = error as Error & Record<string, unknown>
  if (typeof values['query'] === 'string' && error.cause instanceof Error) {
    return { ...(errorForLog(error.cause) as object), query: values['query'] }
  }
  const message = messageOf(values)
  return {
    type: error.name,
    message,
    stack: stackOf(values, message),
    ...Object.fromEntries(FIELDS.flatMap((name) => (name in values ? [[name, values[name]]] : []))),
    ...(error.cause === undefined ? {} : { cause: errorForLog(error.cause) })
  }
}

function messageOf(error: Error & Record<string, unknown>): string {
  if ('responseCode' in error) return 'the mail server refused'
  const isOfDatabase = 'severity' in error && 'routine' in error
  return scrub(isOfDatabase ? error.message.replace(QUOTED_VALUE, '') : error.message)
}

/** Its first lines are the message again. */
function stackOf({ name, stack = '' }: Error, message: string): string {
  const frames = stack.search(/^ {4}at /m)
  return `${name}: ${message}${frames < 0 ? '' : `\n${stack.slice(frames)}`}`
}
