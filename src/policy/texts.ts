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

/** A policy's own words for the texts of one mail or page, whose codes begin with `prefix`. */
export function ownWords<T extends string>(
  texts: Texts,
  prefix: string,
  names: readonly T[],
  locale: Language
): Readonly<Partial<Record<T, string>>> {
  const said = names.flatMap((name) => {
    const text = textOf(texts, `${prefix}.${name}`, locale)
    return text === undefined ? [] : [[name, text]]
  })
  return Object.fromEntries(said) as Partial<Record<T, string>>
}
