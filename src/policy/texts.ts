import type { Policy } from './document.js'

type Texts = Policy['texts']
type Language = 'en' | 'fr'

/** A policy's own words for a code; undefined: the default's. A language falls back to no other. */
export function textOf(texts: Texts, code: string, locale: Language): string | undefined {
  return Object.hasOwn(texts, code) ? texts[code]?.[locale] : undefined
}

/** The same for a code, and more exactly for the action that it is about. */
export function wordsFor(
  texts: Texts,
  code: string,
  action: unknown,
  locale: Language
): string | undefined {
  const exact = typeof action === 'string' ? textOf(texts, `${code}.${action}`, locale) : undefined
  return exact ?? textOf(texts, code, locale)
}
