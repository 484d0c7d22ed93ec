import type { Logger } from 'pino'
import { errorForLog } from './error-for-log.js'
import { currentSpan } from './telemetry/tracing.js'

/** Nothing of ours writes them; whatever others write of a request is without them too. */
const REDACTED = ['authorization', 'cookie', 'set-cookie', 'token', 'password', 'secret', 'api_key']
const PATHS = REDACTED.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`])

/** The log as everything of Muster writes to it: errors without what they quote, and with the trace. */
export function openLog(log: Logger, isTraced: boolean): Logger {
  return log.child(
    {},
    {
      serializers: { err: errorForLog },
      redact: { paths: PATHS, censor: '[removed]' },
      ...(isTraced ? { formatters: { log: withTrace } } : {})
    }
  )
}

function withTrace(line: object): object {
  const span = currentSpan()
  return span ? { ...line, trace_id: span.traceId } : line
}
