import type { Policy } from './document.js'

type Texts = Policy['texts']
type Language = 'en' | 'fr'

/** A policy's own words for a code; undefined: the default's. A language falls back to no other. */
export function textOf(texts: Texts, code: string, locale: Language): string | undefined {
  return Object.hasOwn(texts, code) ? texts[code]?.[locale] : undefined
}
