import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.js'
import { type Congestion, createCongestion } from './congestion.js'
import { overloaded } from './errors.js'

/** How often event loop and memory are looked at; so long does it take to notice that they are well. */
const SAMPLE_MS = 500
/** One long piece of work, or garbage that is about to be collected, is no overload. */
const SAMPLES_IN_A_ROW = 3
const LOG_EVERY_MS = 10_000
const RETRY_AFTER_SECONDS = 1
/** Of what V8 may use. Beyond it the process is about to do nothing but collect garbage. */
const HEAP_SHARE = 0.9
const MIB = 2 ** 20

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered whatever the load: whoever keeps the process running must still see how it is. */
    isVital?: boolean
    /** Open for as long as its client likes, with little to do: it is not one of the requests under way. */
    isLongLived?: boolean
  }
  interface FastifyRequest {
    /** Null: not one of those that are counted. */
    underWay: UnderWay | null
  }
}

/**
 * Refuses what cannot be served in time before anything is done for it: no proof of the caller, no
 * statement. What is under way is not touched, so as soon as it is done others are let in.
 */
export async function registerShedding(app: FastifyInstance, deps: Deps): Promise<void> {
  const shed = createShed(deps)
  await registerPressure(app, deps, shed)
  const { requestsMax, databaseWaitMs, waitMs } = deps.config.shedding
  const congestion = createCongestion(waitMs)
  const count = countUntilDone(app, congestion)

  function reasonToShed(): string | undefined {
    if (congestion.underWay() >= requestsMax) return 'requests'
    if (congestion.isTooMuch()) return 'congestion'
    if (databaseWaitMs > 0 && deps.poolWaits.longestMs() > databaseWaitMs) return 'database'
    return undefined
  }

  app.addHook('onRequest', (request, reply, done) => {
    if (isVital(request)) {
      done()
      return
    }
    const reason = reasonToShed()
    if (reason !== undefined) {
      done(shed(reason))
      return
    }
    if (request.routeOptions.config.isLongLived !== true) count(request, reply)
    done()
  })
}

interface UnderWay {
  isBegun: boolean
  isClosed: boolean
  end(): void
}

/**
 * A request is under way until its answer has gone. Once it was begun, also until there is one: what
 * was asked for by somebody who has hung up meanwhile is done all the same, and takes as long.
 */
function countUntilDone(app: FastifyInstance, congestion: Congestion) {
  app.decorateRequest('underWay', null)
  app.addHook('preHandler', ({ underWay }, _reply, done) => {
    if (underWay) underWay.isBegun = true
    done()
  })
  app.addHook('onSend', ({ underWay }, _reply, payload, done) => {
    if (underWay) underWay.isBegun = false
    if (underWay?.isClosed === true) underWay.end()
    done(null, payload)
  })
  return (request: FastifyRequest, { raw }: FastifyReply) => {
    const one: UnderWay = { isBegun: false, isClosed: false, end: congestion.begin() }
    request.underWay = one
    raw.once('close', () => {
      one.isClosed = true
      if (!one.isBegun) one.end()
    })
  }
}

const isVital = ({ routeOptions }: FastifyRequest) => routeOptions.config.isVital === true

type Shed = (reason: string) => Error

/** Told now and then, with how many there were: a line for each would be load of its own. */
function createShed({ log }: Deps): Shed {
  let refused = 0
  let toldAt = Number.NEGATIVE_INFINITY
  return (reason) => {
    refused += 1
    const elapsedMs = performance.now()
    if (elapsedMs - toldAt >= LOG_EVERY_MS) {
      log.warn({ reason, refused }, 'Overloaded: requests are refused')
      toldAt = elapsedMs
      refused = 0
    }
    return overloaded({ retry_after: RETRY_AFTER_SECONDS })
  }
}

/** What the process itself shows: a late event loop, memory that is used up. */
async function registerPressure(app: FastifyInstance, deps: Deps, shed: Shed): Promise<void> {
  const { eventLoopMs, eventLoopPercent, heapMb, rssMb } = deps.config.shedding
  let pressedSamples = 0
  await app.register(underPressure, {
    sampleInterval: SAMPLE_MS,
    maxEventLoopDelay: eventLoopMs,
    maxEventLoopUtilization: eventLoopPercent / 100,
    eventLoopUtilizationMode: 'interval',
    maxHeapUsedBytes: heapMb === undefined ? heapLimit() : heapMb * MIB,
    maxRssBytes: rssMb * MIB,
    pressureHandler: async (request, _reply, type) => {
      if (pressedSamples >= SAMPLES_IN_A_ROW && !isVital(request)) throw shed(type)
    }
  })
  const timer = setInterval(() => {
    pressedSamples = app.isUnderPressure() ? pressedSamples + 1 : 0
  }, SAMPLE_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
  })
}

const heapLimit = () => getHeapStatistics().heap_size_limit * HEAP_SHARE
