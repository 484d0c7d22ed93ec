import type { Tx } from '../../db/client.js'
import type { Problem } from '../../errors.js'
import { refusalOf } from '../../refusals.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { unknownGroup } from './errors.js'
import type { GroupNames } from './group-names.js'
import { findGroupIds, mayManageGroups } from './queries.js'

type Names = Readonly<GroupNames> | undefined

/** Into which groups people can be put who come in by one request. */
export interface GroupChoice {
  /** Why somebody cannot be put into these: it takes its own permission, here as elsewhere. */
  refuse(names: Names): Problem | undefined
  /** After nothing was refused: each group once. */
  idsOf(names: Names): string[]
}

/** Reads what requests name, each group once. */
export async function openGroupChoice(
  tx: Tx,
  organization: LockedOrganization,
  named: readonly Names[]
): Promise<GroupChoice> {
  const names = new Set(named.flatMap((one = []) => one))
  const ids = await findGroupIds(tx, organization.row.id, [...names])
  const refusal = names.size === 0 ? undefined : refusalOf(mayManageGroups(organization))
  return {
    refuse(names = []) {
      if (names.length === 0) return undefined
      const missing = names.filter((name) => !ids.has(name))
      return refusal ?? (missing.length > 0 ? unknownGroup({ groups: missing }) : undefined)
    },
    idsOf: (names = []) => [...new Set(names.flatMap((name) => ids.get(name) ?? []))]
  }
}
