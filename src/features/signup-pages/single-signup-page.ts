import type { OrgContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { findBaseUrl, findPage } from './queries.js'
import { SignupPageSchema, toSignupPage } from './schemas.js'

export const signupPageSingle = defineSingle({
  schema: ref(SignupPageSchema),
  async tell({ deps, db, ctx, params }: Look<OrgContext, { readonly signup_page_id: string }>) {
    const row = await findPage(db, ctx, params.signup_page_id)
    return toSignupPage(row, await findBaseUrl(deps, db, ctx))
  }
})
