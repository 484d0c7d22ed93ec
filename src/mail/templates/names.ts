/** Longer names are cut: they would push the link out of sight and the subject out of the list. */
const MAX_LENGTH = 100

/** Marks, embeddings, overrides and isolates: they can turn around the text that follows. */
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu
const LINE_BREAKS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g
const OTHER_CONTROLS = /(?!\n)\p{Cc}/gu

/** The blocks that Unicode reserves for scripts written from right to left. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

const FIRST_STRONG_ISOLATE = '\u2068'
const POP_DIRECTIONAL_ISOLATE = '\u2069'
const ZERO_WIDTH_NON_JOINER = '\u200c'

/** One line that cannot forge a header, nor reorder what stands around it. */
export function cleanLine(text: string): string {
  return text.replace(BIDI_CONTROLS, '').replace(CONTROLS, ' ').replace(/ {2,}/g, ' ').trim()
}

/** A name that somebody chose. */
export function cleanName(name: string): string {
  const line = cleanLine(name)
  return line.length <= MAX_LENGTH ? line : `${cut(line)}…`
}

/** Keeps a right-to-left name from moving the words around it, where there is no `<bdi>`. */
export function isolateName(name: string): string {
  if (!RIGHT_TO_LEFT.test(name)) return name
  return FIRST_STRONG_ISOLATE + name + POP_DIRECTIONAL_ISOLATE
}

/**
 * Mail programs make a link of `evil.example` in a text, so a team of that name would turn our
 * invitations into spam that we sign. An invisible character after the dot prevents it; some take
 * the full stops of other scripts for dots too.
 */
export function unlinkName(name: string): string {
  return name.replace(
    /(?<=\S)[.:@\u3002\uff0e\uff61](?=[^\s\p{P}]|\/)/gu,
    `$&${ZERO_WIDTH_NON_JOINER}`
  )
}

/**
 * Several lines as they may stand in a mail that we sign: nothing that turns text around, and no void
 * that pushes the rest out of sight. None when there is nothing to show.
 */
export function cleanLines(message: string): string[] {
  const text = message
    .replace(BIDI_CONTROLS, '')
    .replace(LINE_BREAKS, '\n')
    .replace(OTHER_CONTROLS, ' ')
    .replace(/[^\S\n]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\n+$/g, '')
  return text === '' ? [] : text.split('\n')
}

/** The same of a stranger's message: also without any link. */
export const quoteLines = (message: string): string[] => cleanLines(message).map(unlinkName)

/** Cuts between what a reader sees as characters, so that no emoji or accent falls apart. */
function cut(line: string): string {
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(line.slice(0, MAX_LENGTH))) {
    if (kept.length + segment.length >= MAX_LENGTH) break
    kept += segment
  }
  return kept.trimEnd()
}
