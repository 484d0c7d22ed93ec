import { problemCatalogue } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import type { Issue } from '../../policy/document-references.js'
import { ACTIONS_OF_TEXTS, OTHER_TEXTS } from './text-codes.js'

/**
 * Texts that nothing would ever say, each by its path: most likely a code that is misspelled.
 * Complete once every problem is declared, which is when all of the app has been loaded.
 */
export function checkTexts({ texts }: Pick<Policy, 'texts'>): Issue[] {
  return Object.keys(texts).flatMap((code) =>
    isSaid(code) ? [] : [{ path: ['texts', code], message: 'is no code of any text' }]
  )
}

function isSaid(code: string): boolean {
  if (OTHER_TEXTS.has(code)) return true
  const [problem = '', ...action] = code.split('.')
  if (!problemCatalogue().has(problem)) return false
  return action.length === 0 || ACTIONS_OF_TEXTS.has(action.join('.'))
}
