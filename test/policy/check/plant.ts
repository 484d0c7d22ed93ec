import { checkPolicy } from '../../../src/policy/check/check-policy.js'
import { PolicyDocument } from '../../../src/policy/document.js'
import type { PolicySource } from '../../../src/policy/document-shape.js'
import type { Permission } from '../../../src/policy/permissions.js'
import { PRESETS } from '../../../src/policy/presets.js'

/** Code, roles and steps of what is found in a preset after a change, and was not before. */
export function foundIn(preset: string, change: (document: PolicySource) => void): string[][] {
  const original = PRESETS.get(preset)
  if (!original) throw new Error(`there is no preset ${preset}`)
  const document = structuredClone(original) as PolicySource
  change(document)
  const known = checkPolicy(original).map(({ message }) => message)
  const findings = checkPolicy(PolicyDocument.parse(document))
  return findings
    .filter(({ message }) => !known.includes(message))
    .map(({ code, roles, steps }) => [code, roles.join(' '), ...steps])
}

/** A role of the document, to be changed. */
export function roleOf({ roles }: PolicySource, key: string) {
  const role = roles.find((one) => one.key === key)
  if (!role) throw new Error(`there is no role ${key}`)
  return role
}

export function addRole(document: PolicySource, key: string, ...permissions: Permission[]): void {
  const label = { en: key, fr: key }
  document.roles.push({ key, label, rank: 1, min: 0, max: null, permissions })
}
