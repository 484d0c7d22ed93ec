import { policies } from '../../src/db/tables/policies.js'
import { PolicyDocument } from '../../src/policy/document.js'
import { PRESETS } from '../../src/policy/presets.js'
import { START, type TestApp } from './app.js'

/** A policy that differs from a preset in these keys alone; answers with its own key. */
export async function policyLike(
  { deps, unique }: TestApp,
  preset: string,
  changes: Record<string, unknown>
): Promise<string> {
  const key = unique('policy')
  const document = PolicyDocument.parse({ ...PRESETS.get(preset), ...changes, key })
  await deps.db.insert(policies).values({ key, version: 1, document, createdAt: START })
  return key
}
