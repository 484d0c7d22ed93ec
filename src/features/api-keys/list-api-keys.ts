import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type ApiKeyRow, apiKeys } from '../../db/tables/api-keys.js'
import type { Deps } from '../../deps.js'

/** All keys, also revoked ones, oldest first. Only hashes are stored, so no value can be listed. */
export async function listApiKeys(deps: Deps, page: PageRequest): Promise<PageResult<ApiKeyRow>> {
  return selectPage(deps.db, apiKeys, { where: undefined, newestFirst: false }, page)
}
