import { z } from 'zod'

/** As OpenTelemetry names them. */
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio'
] as const

/** To whom traces are sent, and how many of them. */
export interface TracingConfig {
  /** Of OTLP over HTTP. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  readonly sampler: (typeof SAMPLERS)[number]
  /** From 0 to 1; of those samplers that take one. */
  readonly ratio: number
}

const RATIO = /^(0(\.\d{1,9})?|1(\.0{1,9})?)$/
const HEADER = /^ *([A-Za-z0-9_-]{1,64}) *= *([!-+\--~]{1,4096}) *$/

/** `name=value,name=value`, values as in a URL. */
const headers = z.string().transform((text, context) => {
  const pairs = text.split(',').map((item) => {
    const [, name = '', value = ''] = HEADER.exec(item) ?? []
    return [name.toLowerCase(), decoded(value)] as const
  })
  if (pairs.every(([name, value]) => name !== '' && value !== undefined)) {
    return Object.fromEntries(pairs) as Record<string, string>
  }
  context.addIssue({ code: 'custom', message: 'must be name=value[,name=value], as in a URL' })
  return z.NEVER
})

function decoded(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text)
    return /^[ -~]+$/.test(value) ? value : undefined
  } catch {
    return undefined
  }
}

const endpoint = z.url({
  protocol: /^https?$/,
  error: 'must be an http:// or https:// address'
})

/** The standard variables of OpenTelemetry that Muster reads. */
export const TRACING_ENVIRONMENT = {
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: headers.optional(),
  OTEL_SERVICE_NAME: z.string().default('muster'),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(RATIO, 'must be a number from 0 to 1')
    .transform(Number)
    .default(1)
}

/** Undefined: no endpoint is named, so nobody is told. */
export function toTracing(
  env: z.infer<z.ZodObject<typeof TRACING_ENVIRONMENT>>
): TracingConfig | undefined {
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '')
  const url = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && `${base}/v1/traces`)
  if (url === undefined) return undefined
  return {
    url,
    headers: env.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    serviceName: env.OTEL_SERVICE_NAME,
    sampler: env.OTEL_TRACES_SAMPLER,
    ratio: env.OTEL_TRACES_SAMPLER_ARG
  }
}
