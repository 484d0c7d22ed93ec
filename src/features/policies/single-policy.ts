import type { KeyContext } from '../../context.js'
import { ref } from '../../schemas.js'
import { defineSingle, type Look } from '../../single.js'
import { getPolicy } from './get-policy.js'
import { PolicySchema, toPolicy } from './schemas.js'

/** Its newest version. */
export const policySingle = defineSingle({
  schema: ref(PolicySchema),
  isMadeByPut: true,
  tell: async ({ db, params }: Look<KeyContext, { readonly key: string }>) =>
    toPolicy(await getPolicy(db, params.key, undefined))
})
