/** What helps to find the cause. Never what PostgreSQL quotes (`detail`, `where`): that is data. */
const FIELDS = ['code', 'constraint', 'table', 'routine', 'syscall', 'address', 'responseCode']

/**
 * What may be written down of an error. A failed query is told by its text and its cause: its values
 * are people's names and addresses.
 */
export function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const values = error as Error & Record<string, unknown>
  if (typeof values['query'] === 'string' && error.cause instanceof Error) {
    return { ...(errorForLog(error.cause) as object), query: values['query'] }
  }
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...Object.fromEntries(FIELDS.flatMap((name) => (name in values ? [[name, values[name]]] : []))),
    ...(error.cause === undefined ? {} : { cause: errorForLog(error.cause) })
  }
}
