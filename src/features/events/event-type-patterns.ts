import { invalidRequest } from '../../errors.js'
import { EVENT_TYPES } from './event-types.js'

const NOUNS = new Set(EVENT_TYPES.map((type) => type.replace(/\..*$/, '')))
/** What events may be chosen by: a type, all of a noun, or everything. */
export const EVENT_TYPE_PATTERNS: readonly string[] = [
  '*',
  ...[...NOUNS].map((noun) => `${noun}.*`),
  ...EVENT_TYPES
]
const KNOWN = new Set(EVENT_TYPE_PATTERNS)

const PATTERNS_MAX = 50
/** The longest is `organization.flagged_for_deletion`. */
export const PATTERN_LIST_LENGTH_MAX = PATTERNS_MAX * 64

/**
 * Several, as a query parameter has them: `member.*,billing.charge_due`.
 *
 * @throws Problem invalid_request
 */
export function readTypePatterns(text: string): string[] {
  const patterns = text.split(',')
  const unknown = patterns.find((pattern) => !KNOWN.has(pattern))
  if (unknown === undefined && patterns.length <= PATTERNS_MAX) return patterns
  const detail =
    patterns.length > PATTERNS_MAX
      ? `Must be at most ${PATTERNS_MAX} types.`
      : 'Must be types of events, such as member.joined or member.*, with commas between them.'
  throw invalidRequest({ errors: [{ pointer: 'querystring:/types', detail }] })
}

/** The same as patterns of `like`. */
export const toLikePatterns = (patterns: readonly string[]) =>
  patterns.map((pattern) => pattern.replace(/[\\%_]/g, '\\$&').replace(/\*$/, '%'))

/** Whether an event of this type is meant. */
export const isTypeAmong = (type: string, patterns: readonly string[]) =>
  patterns.some((pattern) =>
    pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern
  )
