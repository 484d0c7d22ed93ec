/** What an API key may be allowed to do. `*` is all of these and any that come later. */
export const SCOPES = [
  '*',
  'api-keys:read',
  'api-keys:write',
  'organizations:read',
  'organizations:write',
  'members:read',
  'members:write',
  // To send Muster-Actor; what is done then takes its own scope and the member's permission beside.
  'members:act-as',
  // To give a member's browser a token of its own, which can do at most what the key can.
  'member-tokens:write',
  'authorize',
  'roles:read',
  'roles:write',
  'groups:read',
  'groups:write',
  'resources:read',
  'resources:write',
  'policies:read',
  'policies:write',
  'invitations:read',
  'invitations:write',
  'invitations:accept',
  'members:join',
  'domain-claims:read',
  'domain-claims:write',
  'signup-pages:read',
  'signup-pages:write',
  'notices:write',
  'mail-suppressions:read',
  'mail-suppressions:write',
  'users:read',
  'users:write',
  'billing:read',
  'billing:write',
  'credits:read',
  'credits:write',
  'exports:read',
  'exports:write',
  'events:read',
  'webhooks:read',
  'webhooks:write'
] as const
export type Scope = (typeof SCOPES)[number]

export function hasScope(scopes: readonly string[], wanted: Scope): boolean {
  return scopes.includes('*') || scopes.includes(wanted)
}
