import { checkReferences } from './document-references.js'
import { PolicyShape, type PolicySource } from './document-shape.js'

/** A policy as callers write it. Unknown keys, and names that lead nowhere, are errors. */
export const PolicyDocument = PolicyShape.superRefine((policy, context) => {
  for (const { path, message } of checkReferences(policy)) {
    context.addIssue({ code: 'custom', path: [...path], message })
  }
})

export type PolicyRole = PolicySource['roles'][number] & { readonly custom?: true }

/**
 * Every difference between products, as data. Versioned; chosen per organization, whose own roles
 * stand among the others (`withCustomRoles`).
 */
export type Policy = Omit<PolicySource, 'roles'> & { readonly roles: readonly PolicyRole[] }

/** The role that `transfer-ownership` moves. */
export function ownerRoleOf({ ownership, creator_role }: Policy): string {
  return ownership.role ?? creator_role
}
