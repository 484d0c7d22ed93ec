import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CallContext } from '../context.js'
import type { Deps } from '../deps.js'
import { LOCALES, type Locale, type Problem } from '../errors.js'
import { publicContext } from '../http/access.js'
import type { App } from '../http/app-types.js'
import { localeOf } from '../http/locale.js'
import { logFailure, toProblem } from '../http/problem.js'
import type { Page } from './layout.js'

/**
 * The reader's language: `?lang=` that a page's own link sets, else Accept-Language. Whatever else
 * a mail program or a chat has added to an address is left alone, as people follow it.
 */
export function pageLocale(request: FastifyRequest): Locale {
  const { lang } = request.query as { lang?: unknown }
  return LOCALES.find((locale) => locale === lang) ?? localeOf(request)
}

/** The context of whatever a page does: nothing is proven but what its address says. */
export const pageContext = (request: FastifyRequest, deps: Deps): CallContext => ({
  ...publicContext(request, deps),
  locale: pageLocale(request)
})

export function wantsHtml(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') ?? false
}

export function sendPage(
  reply: FastifyReply,
  { body, contentSecurityPolicy }: Page,
  status = 200
): FastifyReply {
  return reply
    .code(status)
    .header('content-security-policy', contentSecurityPolicy)
    .type('text/html; charset=utf-8')
    .send(body)
}

interface ProblemPages {
  readonly render: (problem: Problem, locale: Locale) => Page
  /** For whom; everybody else gets problem+json. */
  readonly when: (request: FastifyRequest) => boolean
}

/** Gives the problems of a plugin's pages as pages too, with the same status. */
export function showProblems(app: App, { render, when }: ProblemPages): void {
  app.setErrorHandler((error: Error, request, reply) => {
    if (!when(request)) throw error
    const problem = toProblem(error)
    logFailure(request, error, problem)
    const retryAfter = problem.members['retry_after']
    if (typeof retryAfter === 'number') void reply.header('retry-after', String(retryAfter))
    return sendPage(reply, render(problem, pageLocale(request)), problem.definition.status)
  })
}
