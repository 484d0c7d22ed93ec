/** The languages Muster speaks. */
export const LOCALES = ['en', 'fr'] as const
export type Locale = (typeof LOCALES)[number]

/** `[title, detail]`. `{name}` in a detail is replaced by the problem's member of that name. */
type ProblemText = readonly [title: string, detail: string]

export interface ProblemDefinition {
  /** The stable part that callers may branch on. */
  readonly code: string
  readonly status: number
  readonly en: ProblemText
  readonly fr: ProblemText
}

/** Extension members of RFC 9457: sent in the body as they are, and usable in the texts. */
export type ProblemMembers = Readonly<Record<string, unknown>>

export type OwnTexts = Readonly<
  Record<string, { readonly en?: string | undefined; readonly fr?: string | undefined }>
>

/** An expected failure: the caller is told the code and what to do, and nobody is paged. */
export class Problem extends Error {
  readonly definition: ProblemDefinition
  readonly members: ProblemMembers
  /** A policy's own words by code and language, where it was known to whoever threw. */
  texts?: OwnTexts

  constructor(definition: ProblemDefinition, members: ProblemMembers = {}) {
    super(fill(definition.en[1], members))
    this.name = 'Problem'
    this.definition = definition
    this.members = members
  }
}

/** What fails inside is told in these words: for doors that no acting member has opened. */
export async function inWordsOf<T>(texts: OwnTexts, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem) error.texts = texts
    throw error
  }
}

const catalogue = new Map<string, ProblemDefinition>()

/**
 * Declares a problem once: status, code and texts. Returns what to throw:
 * `throw seatsExhausted({ limit: 10 })`.
 */
export function defineProblem(
  definition: ProblemDefinition
): (members?: ProblemMembers) => Problem {
  if (catalogue.has(definition.code)) throw new Error(`problem ${definition.code} declared twice`)
  catalogue.set(definition.code, definition)
  return (members) => new Problem(definition, members)
}

/** Every declared problem by its code: what `/problems/{code}` and the documentation show. */
export function problemCatalogue(): ReadonlyMap<string, ProblemDefinition> {
  return catalogue
}

/** Replaces `{name}` in a text by the member of that name; an unknown name stays as it is. */
export function fill(text: string, members: ProblemMembers): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = members[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
  })
}

/**
 * Something the operator has to mend before Muster can run (a busy port, a wrong variable).
 * The command line prints its message as one line, without a stack, and exits with 1.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}

/** Also the answer to whoever may not know that it exists. */
export const notFound = defineProblem({
  code: 'not_found',
  status: 404,
  en: ['Not found', 'There is nothing here, or it is not yours.'],
  fr: ['Introuvable', 'Il n’y a rien ici, ou cela ne vous appartient pas.']
})

export const externalIdTaken = defineProblem({
  code: 'external_id_taken',
  status: 409,
  en: ['External id taken', 'Another one already has this external_id.'],
  fr: ['Identifiant externe déjà pris', 'Cet external_id est déjà utilisé.']
})

/** Two who change the same at once: whoever says what they saw does not undo what the other did. */
export const permissionConflict = defineProblem({
  code: 'permission_conflict',
  status: 409,
  en: ['Permission conflict', 'Somebody has changed this meanwhile. Read it again, then decide.'],
  fr: [
    'Conflit de permissions',
    'Quelqu’un a modifié cela entre-temps. Relisez-le avant de décider.'
  ]
})

/** The subscription has ended: nobody comes in, and nothing of the team changes. */
export const organizationCanceled = defineProblem({
  code: 'organization_canceled',
  status: 403,
  en: [
    'Subscription canceled',
    'The organization’s subscription is canceled: it must be restored first.'
  ],
  fr: [
    'Abonnement résilié',
    'L’abonnement de l’organisation est résilié : il faut d’abord le rétablir.'
  ]
})

export const invalidRequest = defineProblem({
  code: 'invalid_request',
  status: 400,
  en: ['Invalid request', 'The request does not match what this operation takes.'],
  fr: ['Requête invalide', 'La requête ne correspond pas à ce que cette opération attend.']
})

export const idempotencyKeyReused = defineProblem({
  code: 'idempotency_key_reused',
  status: 422,
  en: ['Idempotency key reused', 'This Idempotency-Key was answered for another body.'],
  fr: ['Clé d’idempotence réutilisée', 'Cette Idempotency-Key a déjà servi pour un autre corps.']
})
