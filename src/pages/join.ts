import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { CallContext } from '../context.js'
import type { Deps } from '../deps.js'
import { Problem } from '../errors.js'
import { findBranding } from '../features/branding/queries.js'
import { findSignupPage } from '../features/signup-pages/find-signup-page.js'
import { requestSignup } from '../features/signup-pages/request-signup.js'
import type { App, Routes } from '../http/app-types.js'
import { publicLimits, SIGNUP_LIMITS } from '../http/limits.js'
import { pageContext, sendPage, showProblems } from './answers.js'
import { Form, refuseCrossSite, registerForms } from './forms.js'
import {
  renderRefusal,
  renderSent,
  renderSignup,
  renderUnknownPage,
  type Shown
} from './join-view.js'
import { themeOf } from './theme.js'

/** As much as a form may hold: what is no address is said in the form itself. */
const FIELD_LENGTH_MAX = 4_096
const Params = Type.Object({ slug: Type.String() })

/** Where the URL of a signup page leads: whoever has it asks for an invitation to themselves. */
export const joinPages: Routes = async (app, { deps }) => {
  await registerForms(app)
  showProblems(app, { render: renderUnknownPage, when: () => true })
  signupPage(app, deps)
  signupForm(app, deps)
}

/** Changes nothing. `?sent=1` is where a form leads, so that loading it again repeats nothing. */
function signupPage(app: App, deps: Deps): void {
  app.get(
    '/join/:slug',
    {
      config: { access: { class: 'public' } },
      preHandler: publicLimits(app, SIGNUP_LIMITS.page),
      schema: { hide: true, params: Params }
    },
    async (request, reply) => {
      const shown = await show(deps, pageContext(request, deps), request.params.slug)
      return sendPage(reply, wasSent(request) ? renderSent(shown) : renderSignup(shown))
    }
  )
}

function signupForm(app: App, deps: Deps): void {
  app.post(
    '/join/:slug',
    {
      config: { access: { class: 'public' } },
      onRequest: refuseCrossSite(deps.config.publicUrl),
      preHandler: publicLimits(app, SIGNUP_LIMITS.signup),
      schema: {
        hide: true,
        params: Params,
        body: Form({ email: Type.String({ maxLength: FIELD_LENGTH_MAX, default: '' }) })
      }
    },
    async (request, reply) => {
      const context = pageContext(request, deps)
      const { locale } = context
      const { slug } = request.params
      const { email } = request.body
      try {
        await requestSignup(deps, context, slug, { email, locale })
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        const shown = await show(deps, context, slug)
        return sendPage(reply, renderRefusal(shown, error, email), error.definition.status)
      }
      return reply.redirect(`?sent=1&lang=${locale}`, 303)
    }
  )
}

const wasSent = ({ query }: FastifyRequest): boolean => (query as { sent?: unknown }).sent === '1'

async function show(deps: Deps, context: CallContext, slug: string): Promise<Shown> {
  const shared = await findSignupPage(deps, context, slug)
  const theme = themeOf(await findBranding(deps.db, shared.organizationId))
  return { ...shared, theme, locale: context.locale }
}
