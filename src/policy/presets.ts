import { type Policy, PolicyDocument } from './document.js'
import standard from './presets/standard.json' with { type: 'json' }

/** The policies that ship with Muster, by key. */
export const PRESETS: ReadonlyMap<string, Policy> = new Map(
  [standard].map((document) => {
    const policy = PolicyDocument.parse(document)
    return [policy.key, policy]
  })
)
