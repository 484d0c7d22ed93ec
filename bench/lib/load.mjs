import autocannon from 'autocannon'

/**
 * Sends requests over that many connections, each one after the other, and fails unless every
 * answer is 2xx. `requests` are sent in turn; with `next`, each request is what it returns; with
 * `requestsOf`, each connection sends its own in turn, made before it begins.
 */
async function runLoad({ url, headers, connections, seconds, requests, next, requestsOf }) {
  let clients = 0
  const result = await autocannon({
    url,
    headers,
    connections,
    duration: seconds,
    requests: next ? [{ setupRequest: (request) => ({ ...request, ...next() }) }] : requests,
    ...(requestsOf && { setupClient: (client) => client.setRequests(requestsOf(clients++)) })
  })
  const answered = result['2xx']
  if (result.non2xx > 0 || result.errors > 0 || answered === 0) {
    throw new Error(
      `${url}: ${answered} answers 2xx, ${result.non2xx} others, ${result.errors} errors`
    )
  }
  return {
    answered,
    perSecond: answered / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99
  }
}

/** The same, with the processor time that the server used for one request. */
export async function runLoadOn(server, options) {
  const before = await server.ask('cpuMs')
  const result = await runLoad({ url: server.ready.url, headers: server.ready.headers, ...options })
  const used = (await server.ask('cpuMs')) - before
  return { ...result, cpuUs: (used * 1000) / result.answered }
}
