const CONNECTION_LOST = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN'
])
/** What pg says without a code. */
const CONNECTION_LOST_TEXT =
  /^(Connection terminated|Client has encountered a connection error|timeout (expired|exceeded when))/

/**
 * What PostgreSQL, or a pooler in front of it, says when it cannot do anything right now: no
 * connection (class 08), too many of them, shutting down or starting up, a standby that cannot write
 * since another took over, and what took longer than it may.
 */
const DATABASE_AWAY = /^(08...|53300|57P0[1235]|25006|25P0[34]|57014|55P03)$/

/**
 * Whether it failed because the database was not to be had: not our fault, and not for good. Whether
 * anything was committed is not known then. Whoever ran the statement has wrapped the cause.
 */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return isItselfAway(error) || (error.cause instanceof Error && isItselfAway(error.cause))
}

function isItselfAway(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : ''
  return (
    CONNECTION_LOST.has(code) ||
    CONNECTION_LOST_TEXT.test(error.message) ||
    DATABASE_AWAY.test(code)
  )
}
