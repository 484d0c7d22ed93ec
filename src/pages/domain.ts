import { Type } from '@sinclair/typebox'
import type { Deps } from '../deps.js'
import { findBranding } from '../features/branding/queries.js'
import { confirmClaim } from '../features/domain-claims/confirm-claim.js'
import { findOpenClaim } from '../features/domain-claims/find-open-claim.js'
import type { App, Routes } from '../http/app-types.js'
import { publicLimits } from '../http/limits.js'
import { pageContext, sendPage, showProblems } from './answers.js'
import { renderClaim, renderConfirmed, renderDeadClaim } from './domain-view.js'
import { Form, refuseCrossSite, registerForms } from './forms.js'
import { themeOf } from './theme.js'

const Params = Type.Object({ token: Type.String() })

/** Where the link of a domain's code leads: whoever gets the mail confirms that it is theirs. */
export const domainPages: Routes = async (app, { deps }) => {
  await registerForms(app)
  showProblems(app, { render: renderDeadClaim, when: () => true })
  claimPage(app, deps)
  confirmForm(app, deps)
}

/** Changes nothing, as mail scanners open links too. */
function claimPage(app: App, deps: Deps): void {
  app.get(
    '/domains/:token',
    {
      config: { access: { class: 'public' } },
      preHandler: publicLimits(app),
      schema: { hide: true, params: Params }
    },
    async (request, reply) => {
      const context = pageContext(request, deps)
      const claim = await findOpenClaim(deps, context, request.params.token)
      const theme = themeOf(await findBranding(deps.db, claim.organization.id))
      return sendPage(reply, renderClaim(claim, context.locale, theme))
    }
  )
}

function confirmForm(app: App, deps: Deps): void {
  app.post(
    '/domains/:token',
    {
      config: { access: { class: 'public' } },
      onRequest: refuseCrossSite(deps.config.publicUrl),
      preHandler: publicLimits(app),
      schema: { hide: true, params: Params, body: Form({}) }
    },
    async (request, reply) => {
      const context = pageContext(request, deps)
      const claim = await confirmClaim(deps, context, request.params.token)
      const theme = themeOf(await findBranding(deps.db, claim.organization.id))
      return sendPage(reply, renderConfirmed(claim, context.locale, theme))
    }
  )
}
