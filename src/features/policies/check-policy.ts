import { runCommand } from '../../command.js'
import type { KeyContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import type { Finding } from '../../policy/check/check-policy.js'
import { findingsOf } from './checker.js'
import { type FieldError, readDocument } from './read-document.js'

export interface PolicyCheck {
  readonly errors: readonly FieldError[]
  readonly findings: readonly Finding[]
}

/**
 * What is wrong with a document, and what would follow from it. Changes nothing; it ends as a
 * command only so that an Idempotency-Key means the same here as at every other POST.
 *
 * @throws Problem policy_checker_busy, policy_check_too_long
 */
export async function checkPolicyDocument(
  deps: Deps,
  ctx: KeyContext,
  document: unknown
): Promise<PolicyCheck> {
  const { policy, errors = [] } = readDocument(deps.config, document)
  const findings = policy ? await findingsOf(policy) : []
  return runCommand(deps, ctx, async () => ({ errors, findings }))
}
