/** What a policy leads to, though each of its fields is right by itself. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly code: FindingCode
  /** One English sentence. */
  readonly message: string
  /** The shortest counter-example, one English sentence per act; none where it takes no act. */
  readonly steps: readonly string[]
  /** Of which it speaks, the accused one first; `custom`: some role of an organization's own. */
  readonly roles: readonly string[]
}

export type FindingCode =
  | 'self_escalation'
  | 'grants_what_it_lacks'
  | 'unmanageable'
  | 'unreachable_role'
  | 'grants_app_permission_it_lacks'
  | 'irremovable_creator'
  | 'explored_in_part'

const NAMED_MAX = 5

/** The first few by name, the rest by number. */
export function enumerate(names: readonly string[]): string {
  const named = names.slice(0, NAMED_MAX).join(', ')
  return names.length > NAMED_MAX ? `${named} and ${names.length - NAMED_MAX} more` : named
}
