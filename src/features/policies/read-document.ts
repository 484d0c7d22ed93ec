import type { z } from 'zod'
import type { Config } from '../../config.js'
import { type Policy, PolicyDocument } from '../../policy/document.js'
import type { Issue } from '../../policy/document-references.js'
import { checkAddresses } from './check-addresses.js'
import { checkTexts } from './check-texts.js'

/** How many are told; a document may be wrong in more places than anybody reads. */
const ERRORS_MAX = 100

export interface FieldError {
  /** JSON Pointer into the request's body. */
  readonly pointer: string
  readonly detail: string
}

type Reading =
  | { readonly policy: Policy; readonly errors?: never }
  | { readonly errors: readonly FieldError[]; readonly policy?: never }

/** A policy as somebody sent it, in `document` of a body: complete, or what is wrong where. */
export function readDocument(config: Config, document: unknown): Reading {
  const parsed = PolicyDocument.safeParse(document)
  const issues = parsed.success
    ? [...checkTexts(parsed.data), ...checkAddresses(config, parsed.data)]
    : parsed.error.issues.flatMap(toIssues)
  if (parsed.success && issues.length === 0) return { policy: parsed.data }
  return {
    errors: issues
      .slice(0, ERRORS_MAX)
      .map(({ path, message }) => ({ pointer: pointerTo(['document', ...path]), detail: message }))
  }
}

/** zod names the object in which a key is unknown; we, the key. */
function toIssues(issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ path: [...path, key], message: 'is not a key of a policy' }))
    : [{ path, message: issue.message }]
}

export function pointerTo(path: Issue['path']): string {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))
  return `#/${steps.join('/')}`
}
