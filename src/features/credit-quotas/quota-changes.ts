import type { Quotas } from './queries.js'

type Given = Readonly<Record<string, number>>

/** What one set of quotas changes of another, before and after: of roles and members, only those. */
export function changesOf(before: Quotas, after: Quotas): Record<string, [unknown, unknown]> {
  return {
    ...(before.everybody === after.everybody
      ? {}
      : { everybody: [before.everybody, after.everybody] }),
    ...differing('roles', before.roles, after.roles),
    ...differing('members', before.members, after.members)
  }
}

function differing(
  name: 'roles' | 'members',
  before: Quotas['roles'],
  after: Quotas['roles']
): Record<string, [before: Given, after: Given]> {
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.get(key) !== after.get(key)
  )
  return keys.length === 0 ? {} : { [name]: [only(before, keys), only(after, keys)] }
}

const only = (quotas: Quotas['roles'], keys: readonly string[]): Given =>
  Object.fromEntries([...quotas].filter(([key]) => keys.includes(key)))
