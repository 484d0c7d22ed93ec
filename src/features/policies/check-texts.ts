import { MEMBER_STATUSES } from '../../db/tables/members.js'
import { problemCatalogue } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import type { Issue } from '../../policy/document-references.js'
import { PERMISSIONS } from '../../policy/permissions.js'
import { OWN_TEXTS } from '../../policy/text-codes.js'

/** What a problem’s text may be about more exactly: `confirmation_required.member.remove`. */
const ACTIONS: ReadonlySet<string> = new Set([
  ...PERMISSIONS,
  ...(['accept', 'suspend', 'reassign', 'transfer', 'manage_roles'] as const)
])

/** Besides those of problems, mails and pages. */
const OTHER_TEXTS: ReadonlySet<string> = new Set([
  'invitation.created',
  'join.prompt',
  'join.request',
  'label.team',
  'label.invitation.cancel',
  ...MEMBER_STATUSES.map((status) => `status.${status}`)
])

/**
 * Texts that nothing would ever say, each by its path: most likely a code, or what stands in a text
 * for a name, that is misspelled. Complete once every problem is declared, which is when all of the
 * app has been loaded.
 */
export function checkTexts({ texts }: Pick<Policy, 'texts'>): Issue[] {
  return Object.entries(texts).flatMap(([code, text]) =>
    isSaid(code)
      ? misnamed(code, text)
      : [{ path: ['texts', code], message: 'is no code of any text' }]
  )
}

/** Of mails and pages: a problem's text may name whatever the problem knows. */
function misnamed(code: string, text: Policy['texts'][string]): Issue[] {
  const names = OWN_TEXTS.get(code)
  if (!names) return []
  return Object.entries(text).flatMap(([locale, words = '']) =>
    [...words.matchAll(/\{(\w+)\}/g)].flatMap(([placeholder, name = '']) =>
      names.includes(name)
        ? []
        : [{ path: ['texts', code, locale], message: `names ${placeholder}, which is not known` }]
    )
  )
}

function isSaid(code: string): boolean {
  if (OTHER_TEXTS.has(code) || OWN_TEXTS.has(code)) return true
  const [problem = '', ...action] = code.split('.')
  if (!problemCatalogue().has(problem)) return false
  return action.length === 0 || ACTIONS.has(action.join('.'))
}
