/** What may be in a text that others wrote, and is nobody's business: each with what stands for it. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // Of an address with a password, such as DATABASE_URL, all that names who logs in.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1[removed]@'],
  [/[^\s<>"'(),:;[\]]+@[^\s<>"'(),:;[\]]+/g, '[address]'],
  [/\b(?:bearer|basic)\s+[^\s"',]+/gi, '[credential]'],
  [/\bmk_[\w-]+|\bwhsec_[\w+/=-]+|\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '[secret]'],
  [/(\/(?:invitations|join|domains|unsubscribe)\/)[\w.~%-]+/g, '$1[token]'],
  // Link tokens and keys are longer than any word, and the ids of rows are shorter.
  [/(?<![\w/.-])[A-Za-z0-9_-]{40,}(?![\w/.-])/g, '[secret]']
]

/** What is longer nobody reads to its end, and to look through it takes the square of its length. */
const LENGTH_MAX = 4_096

/**
 * A text without what it may hold of people and secrets, for whoever reads the log. Of a long one
 * only the beginning, up to the last space: what is cut off in its middle is not recognised.
 */
export function scrub(text: string): string {
  const kept = text.length > LENGTH_MAX ? `${beginningOf(text)} [cut]` : text
  return SECRETS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), kept)
}

const beginningOf = (text: string) => text.slice(0, LENGTH_MAX).replace(/\S*$/, '').trimEnd()
