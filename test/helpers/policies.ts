import { policies } from '../../src/db/tables/policies.js'
import { PolicyDocument } from '../../src/policy/document.js'
import { PRESETS } from '../../src/policy/presets.js'
import { SELL_TEAMS, START, type TestApp } from './app.js'

/** A policy that differs from a preset in these keys alone; answers with its own key. */
export async function policyLike(
  { deps, unique }: TestApp,
  preset: string,
  changes: Record<string, unknown>
): Promise<string> {
  const key = unique('policy')
  const document = PolicyDocument.parse({ ...PRESETS.get(preset), ...changes, key })
  await deps.db.insert(policies).values({ key, version: 1, document, createdAt: START })
  if (SELL_TEAMS.has(preset)) SELL_TEAMS.add(key)
  return key
}

/** The fields of a role that tests do not care about. */
export const role = (key: string, permissions: readonly string[] = [], fields: object = {}) => ({
  key,
  label: { en: `The ${key}`, fr: `Le ${key}` },
  rank: 10,
  permissions,
  ...fields
})

const MANAGES = ['team.view', 'member.invite', 'member.role', 'member.remove']

/** A small policy that is safe: owners do everything, editors and members nothing. */
export function policyDocument(key: string, fields: Record<string, unknown> = {}) {
  const over = [{ actor: 'owner', roles: ['*'] }]
  return {
    key,
    roles: [role('owner', MANAGES, { rank: 100, min: 1 }), role('editor'), role('member')],
    creator_role: 'owner',
    default_role: 'member',
    authority: {
      invite: over,
      remove: over,
      change_role: [{ actor: 'owner', from: ['*'], to: ['*'] }]
    },
    ...fields
  }
}
