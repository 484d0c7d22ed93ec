import { Type } from '@sinclair/typebox'
import type { Deps } from '../deps.js'
import type { Locale } from '../errors.js'
import { findBranding } from '../features/branding/queries.js'
import { findSubscription, type Subscription } from '../features/suppressions/find-subscription.js'
import { unsubscribe } from '../features/suppressions/unsubscribe.js'
import type { App, Routes } from '../http/app-types.js'
import { publicLimits } from '../http/limits.js'
import { pageContext, pageLocale, sendPage, showProblems } from './answers.js'
import type { Page } from './layout.js'
import { renderProblem } from './problems-view.js'
import { themeOf } from './theme.js'
import { renderUnsubscribe } from './unsubscribe-view.js'

const BODY_BYTES_MAX = 1_024
const Params = Type.Object({ token: Type.String() })

/**
 * Where `List-Unsubscribe` leads. Mail programs do it by a POST of their own (RFC 8058), so it is
 * asked from elsewhere, without a page before it; whoever has the token may.
 */
export const unsubscribePages: Routes = async (app, { deps }) => {
  // `List-Unsubscribe=One-Click`, or the form's nothing: that it was sent says it all.
  for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data']) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, async () => undefined)
  }
  showProblems(app, { render: renderProblem, when: () => true })
  unsubscribePage(app, deps)
  unsubscribeForm(app, deps)
}

/** Changes nothing, as mail scanners open links too. */
function unsubscribePage(app: App, deps: Deps): void {
  app.get(
    '/unsubscribe/:token',
    {
      config: { access: { class: 'public' } },
      preHandler: publicLimits(app),
      schema: { hide: true, params: Params }
    },
    async (request, reply) => {
      const subscription = await findSubscription(deps, deps.db, request.params.token)
      return sendPage(reply, await render(deps, subscription, pageLocale(request)))
    }
  )
}

function unsubscribeForm(app: App, deps: Deps): void {
  app.post(
    '/unsubscribe/:token',
    {
      config: { access: { class: 'public' } },
      preHandler: publicLimits(app),
      bodyLimit: BODY_BYTES_MAX,
      schema: { hide: true, params: Params }
    },
    async (request, reply) => {
      const context = pageContext(request, deps)
      const subscription = await unsubscribe(deps, context, request.params.token)
      return sendPage(reply, await render(deps, subscription, context.locale))
    }
  )
}

async function render(deps: Deps, subscription: Subscription, locale: Locale): Promise<Page> {
  const branding = await findBranding(deps.db, subscription.organizationId)
  return renderUnsubscribe(subscription, locale, themeOf(branding))
}
