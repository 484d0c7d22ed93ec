import type { Policy } from './document.js'
import type { ResourceKind, ResourceMode } from './resources-shape.js'

/**
 * What the policy says of resources of a kind. One that it had in a former version is judged like its
 * first; undefined: it has none at all.
 */
export function kindOf({ resources: { kinds } }: Policy, key: string): ResourceKind | undefined {
  return kinds.find((kind) => kind.key === key) ?? kinds[0]
}

/** The kind that is meant where none is named; undefined: there is no such kind. */
export function kindNamed({ resources: { kinds } }: Policy, key: string | undefined) {
  return key === undefined ? kinds[0] : kinds.find((kind) => kind.key === key)
}

/** A way to have one, or the usual one; undefined: the kind has no such mode. */
export function modeNamed(
  { modes }: ResourceKind,
  key: string | undefined
): ResourceMode | undefined {
  return key === undefined ? modes[0] : modes.find((mode) => mode.key === key)
}

/** Whether who has a resource in this mode may use a permission of the host's on it (OP-76). */
export function modeAllows(
  policy: Policy,
  kind: string,
  mode: string,
  permission: string
): boolean {
  const modes = kindOf(policy, kind)?.modes ?? []
  // One that a former version had is judged like the first of this one.
  const rule = modes.find(({ key }) => key === mode) ?? modes[0]
  return rule !== undefined && (rule.permissions === null || rule.permissions.includes(permission))
}
