import {
  type Context,
  type Link,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider
} from '@opentelemetry/sdk-trace'
import type { TracingConfig } from './config.js'
import { errorTypeOf, type Span, type SpanOptions, type Tracing } from './tracing.js'

/** Spans in memory: beyond them the newest are dropped, and nobody waits. */
const WAITING_MAX = 4_096
const BATCH_MAX = 512
const SEND_EVERY_MS = 1_000
const SEND_TIMEOUT_MS = 5_000
const CLOSE_TIMEOUT_MS = 3_000
/** The text of a statement; nothing else comes near it. */
const VALUE_LENGTH_MAX = 4_000

const KINDS: Readonly<Record<SpanOptions['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL
}

/** OpenTelemetry over OTLP/HTTP: imported where traces are sent, and nowhere else. */
export function startTracing(config: TracingConfig, onFailure: (error: Error) => void): Tracing {
  const exporter = new OTLPTraceExporter({
    url: config.url,
    headers: { ...config.headers },
    timeoutMillis: SEND_TIMEOUT_MS
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': config.serviceName }),
    sampler: samplerOf(config),
    spanLimits: { attributeValueLengthLimit: VALUE_LENGTH_MAX },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: reporting(exporter, onFailure),
        maxQueueSize: WAITING_MAX,
        maxExportBatchSize: BATCH_MAX,
        scheduledDelayMillis: SEND_EVERY_MS,
        exportTimeoutMillis: SEND_TIMEOUT_MS
      })
    ]
  })
  const tracer = provider.getTracer('muster')
  const otelOf = new WeakMap<Span, OtelSpan>()
  const linkTo = (span: Span): Link[] => {
    const otel = otelOf.get(span)
    return otel ? [{ context: otel.spanContext() }] : []
  }
  return {
    start({ name, kind, parent, links = [], attributes = {} }) {
      const otel = tracer.startSpan(
        name,
        { kind: KINDS[kind], links: links.flatMap(linkTo), attributes },
        contextOf(parent, otelOf)
      )
      const span = toSpan(otel, (other) => otel.addLinks(linkTo(other)))
      otelOf.set(span, otel)
      return span
    },
    async close() {
      await Promise.race([provider.shutdown().catch(() => undefined), later(CLOSE_TIMEOUT_MS)])
    }
  }
}

const later = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref()
  })

function toSpan(otel: OtelSpan, link: Span['link']): Span {
  const { traceId, spanId, traceFlags } = otel.spanContext()
  return {
    traceId,
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    isRecording: otel.isRecording(),
    set: (attributes) => otel.setAttributes(attributes),
    fail(error) {
      otel.setAttribute('error.type', errorTypeOf(error))
      otel.setStatus({ code: SpanStatusCode.ERROR })
    },
    link,
    end: () => {
      otel.end()
    }
  }
}

function contextOf(parent: SpanOptions['parent'], otelOf: WeakMap<Span, OtelSpan>): Context {
  if (parent === undefined) return ROOT_CONTEXT
  if (typeof parent === 'string') {
    const remote = readTraceparent(parent)
    return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT
  }
  const otel = otelOf.get(parent)
  return otel ? trace.setSpan(ROOT_CONTEXT, otel) : ROOT_CONTEXT
}

const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/

/** Undefined where it says nothing that W3C Trace Context knows: then a new trace begins. */
function readTraceparent(text: string): SpanContext | undefined {
  const [, traceId, spanId, flags = ''] = TRACEPARENT.exec(text) ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
}

function samplerOf({ sampler, ratio }: TracingConfig): Sampler {
  const [, parentBased, own] = /^(parentbased_)?(.*)$/.exec(sampler) ?? []
  const root =
    own === 'traceidratio'
      ? new TraceIdRatioBasedSampler(ratio)
      : own === 'always_off'
        ? new AlwaysOffSampler()
        : new AlwaysOnSampler()
  return parentBased === undefined ? root : new ParentBasedSampler({ root })
}

/** The library keeps to itself what it cannot send. Told once, until something gets through again. */
function reporting(exporter: SpanExporter, onFailure: (error: Error) => void): SpanExporter {
  let isAway = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error !== undefined && !isAway) onFailure(result.error)
        isAway = result.error !== undefined
        done(result)
      })
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown()
  }
}
