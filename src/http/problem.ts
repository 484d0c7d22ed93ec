import type { Static } from '@sinclair/typebox'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { OrgContext } from '../context.js'
import { isAway } from '../db/away.js'
import { fill, invalidRequest, type Locale, Problem } from '../errors.js'
import type { Policy } from '../policy/document.js'
import { wordsFor } from '../policy/texts.js'
import type { ProblemSchema } from '../schemas.js'
import type { Metrics } from '../telemetry/metrics.js'
import {
  internalError,
  payloadTooLarge,
  serviceUnavailable,
  unsupportedMediaType
} from './errors.js'
import { localeOf } from './locale.js'

/** In whose language, and in whose words where a policy has its own. */
interface ProblemReader {
  readonly locale: Locale
  readonly texts?: Policy['texts'] | undefined
}

/** The body of RFC 9457 in the reader's language. */
export function toProblemBody(
  problem: Problem,
  publicUrl: string,
  { locale, texts = problem.texts ?? {} }: ProblemReader
): Static<typeof ProblemSchema> {
  const { code, status } = problem.definition
  const [title, detail] = problem.definition[locale]
  return {
    ...problem.members,
    type: `${publicUrl}/problems/${code}`,
    title,
    status,
    detail: fill(
      wordsFor(texts, code, problem.members['action'], locale) ?? detail,
      problem.members
    ),
    code
  }
}

/**
 * What a person must look at; the line names the request. What is over by itself, as a database that
 * restarts, is a warning, and what was refused as too much is told by whoever refuses it.
 */
export function logFailure(
  { id, log }: FastifyRequest,
  error: Error,
  { definition: { status, code } }: Problem
): void {
  if (status < 500 || code === OVERLOADED) return
  if (status === 503) log.warn({ reqId: id, err: error }, 'Request could not be answered')
  else log.error({ reqId: id, err: error }, 'Request failed')
}

const OVERLOADED = 'overloaded'

/** The one mapping from errors to answers. Whatever is not a Problem tells nothing of itself. */
export function createErrorHandler(publicUrl: string, { problems }: Pick<Metrics, 'problems'>) {
  return (error: Error & Partial<FastifyError>, request: FastifyRequest, reply: FastifyReply) => {
    const problem = toProblem(error)
    problems.inc({ code: problem.definition.code })
    logFailure(request, error, problem)
    const retryAfter = problem.members['retry_after']
    if (typeof retryAfter === 'number') void reply.header('retry-after', String(retryAfter))
    if (problem.definition.status === 401) void reply.header('www-authenticate', 'Bearer')
    return reply
      .code(problem.definition.status)
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send({ ...toProblemBody(problem, publicUrl, readerOf(request)), instance: request.id })
  }
}

/** Before access is proven there is no organization, and so none of its words. */
function readerOf(request: FastifyRequest): ProblemReader {
  const { org } = request as { readonly org?: OrgContext }
  return { locale: localeOf(request), texts: org?.policy.policy.texts }
}

/** What is told of an error: a Problem as it is, the rest as little as possible. */
export function toProblem(error: Error & Partial<FastifyError>): Problem {
  if (error instanceof Problem) return error
  if (error.validation) return invalidRequest({ errors: toPointers(error) })
  if (error.statusCode === 413) return payloadTooLarge()
  if (error.statusCode === 415) return unsupportedMediaType()
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return invalidRequest({ errors: [{ pointer: '', detail: error.message }] })
  }
  return isAway(error) ? serviceUnavailable() : internalError()
}

function toPointers(error: Partial<FastifyError>) {
  const place = error.validationContext === 'body' ? '#' : `${error.validationContext ?? ''}:`
  return (error.validation ?? []).map(({ instancePath, message, params, keyword }) => {
    const unknown = params['additionalProperty']
    const path =
      keyword === 'additionalProperties' && typeof unknown === 'string'
        ? `${instancePath}/${unknown.replaceAll('~', '~0').replaceAll('/', '~1')}`
        : instancePath
    return { pointer: `${place}${path}`, detail: message ?? 'is not valid' }
  })
}
