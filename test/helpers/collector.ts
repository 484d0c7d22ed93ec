import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Test } from 'tap'

/** A span as OTLP tells it in JSON, with its attributes as a plain object. */
export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** 2: server, 3: client, 4: producer, 5: consumer. */
  readonly kind: number
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly status: { readonly code?: number; readonly message?: string }
}

interface Batch {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly RawSpan[] }[]
  }[]
}
interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}
type RawSpan = Omit<CollectedSpan, 'attributes'> & { readonly attributes?: readonly Attribute[] }

/** An OpenTelemetry collector on loopback, stopped with the test. */
export async function startCollector(t: Test) {
  const batches: Batch[] = []
  const heads: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      heads.push(request.headers)
      if (request.url === '/v1/traces') batches.push(body as Batch)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const spans = (): CollectedSpan[] =>
    batches.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) =>
          spans.map((span) => ({ ...span, attributes: toObject(span.attributes ?? []) }))
        )
      )
    )
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    /** Everything that has come, as it came. */
    text: () => JSON.stringify(batches),
    resources: () =>
      batches.flatMap(({ resourceSpans }) =>
        resourceSpans.map(({ resource }) => toObject(resource.attributes))
      ),
    heads: heads as readonly IncomingHttpHeaders[]
  }
}

const toObject = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
