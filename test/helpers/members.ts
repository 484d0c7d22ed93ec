const OF_DETAILS = [
  'pending_label',
  'pending_in',
  'resources',
  'resources_count',
  'groups',
  'credits',
  'requests'
]

/** What of a member's page the answer to a command tells too. */
export function plainMember<T extends object>(details: T): T {
  const kept = Object.entries(details).filter(([field]) => !OF_DETAILS.includes(field))
  return Object.fromEntries(kept) as T
}
