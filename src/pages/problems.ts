import { Type } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'
import { type Locale, notFound, type ProblemDefinition, problemCatalogue } from '../errors.js'
import type { Routes } from '../http/app-types.js'
import { ADDRESS_LIMITS, publicLimits } from '../http/limits.js'
import { pageLocale, sendPage, showProblems, wantsHtml } from './answers.js'
import { renderDefinition, renderProblem, renderProblemList } from './problems-view.js'

const access = { class: 'public' } as const

/** What the `type` of a problem names: its meaning, for people and for programs. */
export const problemPages: Routes = async (app, { deps }) => {
  showProblems(app, { render: renderProblem, when: wantsHtml })

  const onRequest = publicLimits(app, ADDRESS_LIMITS)
  const list = { config: { access }, onRequest, schema: { hide: true } }
  app.get('/problems', list, async (request, reply) => {
    const locale = pageLocale(request)
    const all = [...problemCatalogue().values()].sort(byStatusAndCode)
    vary(reply)
    if (wantsHtml(request)) return sendPage(reply, renderProblemList(all, locale))
    return { data: all.map((definition) => toExplanation(definition, locale)) }
  })

  app.get(
    '/problems/:code',
    {
      config: { access },
      onRequest,
      schema: { hide: true, params: Type.Object({ code: Type.String() }) }
    },
    async (request, reply) => {
      const locale = pageLocale(request)
      const definition = problemCatalogue().get(request.params.code)
      vary(reply)
      if (!definition) throw notFound()
      if (!wantsHtml(request)) return toExplanation(definition, locale)
      return sendPage(reply, renderDefinition(definition, locale, deps.config.publicUrl))
    }
  )
}

const byStatusAndCode = (a: ProblemDefinition, b: ProblemDefinition) =>
  a.status - b.status || (a.code < b.code ? -1 : 1)

function vary(reply: FastifyReply): void {
  void reply.header('vary', 'accept, accept-language')
}

function toExplanation(definition: ProblemDefinition, locale: Locale) {
  const { code, status } = definition
  const [title, detail] = definition[locale]
  return { code, status, title, detail }
}
