import { AsyncLocalStorage } from 'node:async_hooks'

type Attributes = Readonly<Record<string, string | number | boolean>>

/** One piece of work in a trace. Its attributes never hold what callers sent or rows hold. */
export interface Span {
  /** Of the trace, 32 hexadecimal digits. */
  readonly traceId: string
  /** As the header of W3C Trace Context has it. */
  readonly traceparent: string
  /** Whether anything of it is kept: those inside it need not be made otherwise. */
  readonly isRecording: boolean
  set(attributes: Attributes): void
  /** Tells what kind of failure it was, and nothing that the error says. */
  fail(error: unknown): void
  /** Another span that it has to do with. */
  link(other: Span): void
  end(): void
}

export interface SpanOptions {
  readonly name: string
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal'
  /** A span of this process, or the `traceparent` of one elsewhere; left out: a new trace begins. */
  readonly parent?: Span | string | undefined
  readonly links?: readonly Span[]
  readonly attributes?: Attributes
}

/** Only there when somebody is told: undefined wherever nobody is. */
export interface Tracing {
  start(options: SpanOptions): Span
  /** Sends what is left, within a bound. */
  close(): Promise<void>
}

/** In which span whatever runs now is. One for the process: each span knows where it is told. */
const current = new AsyncLocalStorage<Span>()

export const currentSpan = (): Span | undefined => current.getStore()

/** Where a trace may go on later or elsewhere; null: there is none. */
export const currentTraceparent = (): string | null => current.getStore()?.traceparent ?? null

export const within = <T>(span: Span, work: () => T): T => current.run(span, work)

/** For what a request only occasions, such as timers that outlive it. */
export const untraced = <T>(work: () => T): T => current.exit(work)

/** Does work in a span of its own, which ends with it. Without tracing it is only done. */
export async function traced<T>(
  tracing: Tracing | undefined,
  options: SpanOptions,
  work: (span?: Span) => Promise<T>
): Promise<T> {
  if (tracing === undefined) return work()
  const span = tracing.start(options)
  try {
    return await within(span, () => work(span))
  } catch (error) {
    span.fail(error)
    throw error
  } finally {
    span.end()
  }
}

/**
 * The same for work that several wait for at once: it is in the trace of the first, linked with the
 * others, and they with it.
 */
export async function tracedForAll<T>(
  tracing: Tracing | undefined,
  { name, spans }: { readonly name: string; readonly spans: readonly (Span | undefined)[] },
  work: () => Promise<T>
): Promise<T> {
  if (tracing === undefined) return work()
  const [parent, ...others] = spans.filter((span) => span?.isRecording === true) as Span[]
  if (!parent) return untraced(work)
  const links = others.filter((other) => other !== parent)
  return traced(tracing, { name, kind: 'internal', parent, links }, (span) => {
    if (span) for (const other of links) other.link(span)
    return work()
  })
}

const CODE = /^[\w.]{1,64}$/

/** The code of an error, or of what it was caused by; else its class. Never its message. */
export function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error ? String(error.code) : ''
  if (CODE.test(code)) return code
  return error.cause instanceof Error ? errorTypeOf(error.cause) : error.name
}
