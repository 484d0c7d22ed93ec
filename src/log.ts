import type { Logger } from 'pino'
import { errorForLog } from './error-for-log.js'
import { currentSpan } from './telemetry/tracing.js'

/** The log as everything of Muster writes to it: errors without what they quote, and with the trace. */
export function openLog(log: Logger, isTraced: boolean): Logger {
  return log.child(
    {},
    {
      serializers: { err: errorForLog },
      ...(isTraced ? { formatters: { log: withTrace } } : {})
    }
  )
}

function withTrace(line: object): object {
  const span = currentSpan()
  return span ? { ...line, trace_id: span.traceId } : line
}
