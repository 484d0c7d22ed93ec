import { randomFillSync } from 'node:crypto'

/** The closed list of id prefixes. Secrets (`mk_`, `mlk_`) never share one with an id. */
export const ID_PREFIXES = [
  'org',
  'mem',
  'inv',
  'grp',
  'res',
  'bil',
  'exp',
  'dom',
  'jrq',
  'sgp',
  'ntc',
  'sup',
  'trf',
  'crq',
  'evt',
  'whe',
  'dlv',
  'key',
  'job',
  'mail',
  'req'
] as const
export type IdPrefix = (typeof ID_PREFIXES)[number]

/**
 * A new TypeID: prefix and UUIDv7 in Crockford base 32. The only source of ids. Ids of one process
 * sort in the order in which they were made.
 */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${newSuffix()}`
}

/** `org_…` → the uuid that the database stores. Throws on anything but an id of this prefix. */
export function idToUuid(prefix: IdPrefix, id: string): string {
  if (!patternOf(prefix).test(id)) throw new Error(`not an id of the kind ${prefix}`)
  return decode(id.slice(-SUFFIX_LENGTH))
}

/** The uuid that the database stores → `org_…`. */
export function uuidToId(prefix: IdPrefix, uuid: string): string {
  return `${prefix}_${encode(uuid)}`
}

/** What an id of this prefix looks like, for schemas: 128 bits, so the first digit is at most 7. */
export function idPattern(prefix: IdPrefix): string {
  return `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`
}

/** Stands for the deployment itself where a row belongs to no organization; told as null. */
export const DEPLOYMENT_ID = 'org_00000000000000000000000000'

const patterns = new Map<IdPrefix, RegExp>()

function patternOf(prefix: IdPrefix): RegExp {
  const known = patterns.get(prefix)
  if (known) return known
  const pattern = new RegExp(idPattern(prefix))
  patterns.set(prefix, pattern)
  return pattern
}

// Every request has an id and every row some: written for speed, bit by bit.

const SUFFIX_LENGTH = 26
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const PAIRS = Array.from({ length: 1024 }, (_, n) => DIGITS.charAt(n >> 5) + DIGITS.charAt(n & 31))
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** What each digit is worth, by its character code. */
const digitValues = valuesOf(DIGITS)
const hexValues = valuesOf('0123456789abcdef')
const DASH = '-'.charCodeAt(0)
/** Before which bytes a uuid has a dash. */
const DASHES = new Set([4, 6, 8, 10])

function valuesOf(digits: string): Uint8Array {
  const values = new Uint8Array(128)
  for (let value = 0; value < digits.length; value += 1) values[digits.charCodeAt(value)] = value
  return values
}

const COUNT_MAX = 0xfff
/** Chance for this many ids is drawn at once: two digits of each, six times, and one more. */
const chance = new Uint16Array(7 * 512)
let drawn = chance.length
let time = 0
let timeDigits = ''
let count = 0

/** A UUIDv7 (RFC 9562): 48 bits of time, 12 that count within a millisecond, and 62 of chance. */
function newSuffix(): string {
  const now = Date.now()
  count += 1
  if (now > time || count > COUNT_MAX) startCounting(Math.max(now, time + 1))
  if (drawn === chance.length) {
    randomFillSync(chance)
    drawn = 0
  }
  // Version 7 and the count, then the variant and the first two bits of chance.
  const head = DIGITS.charAt(14 | (count >> 11)) + pair(count >> 1)
  let text = timeDigits + head + DIGITS.charAt(((count & 1) << 4) | 8 | (draw() & 3))
  for (let pairs = 0; pairs < 6; pairs += 1) text += pair(draw())
  return text
}

function startCounting(millisecond: number): void {
  time = millisecond
  count = 0
  timeDigits = ''
  for (let rest = time, digits = 0; digits < 10; digits += 1) {
    timeDigits = DIGITS.charAt(rest % 32) + timeDigits
    rest = Math.floor(rest / 32)
  }
}

const draw = (): number => chance[drawn++] ?? 0
const pair = (bits: number): string => PAIRS[bits & 1023] ?? ''

/** 128 bits and two of nothing before them, five at a time. */
function encode(uuid: string): string {
  let text = ''
  let left = 0
  let bits = 2
  for (let place = 0; place < uuid.length; place += 1) {
    const code = uuid.charCodeAt(place)
    if (code === DASH) continue
    left = (left << 4) | (hexValues[code] ?? 0)
    bits += 4
    if (bits < 5) continue
    bits -= 5
    text += DIGITS.charAt(left >> bits)
    left &= (1 << bits) - 1
  }
  return text
}

/** The reverse, eight bits at a time. */
function decode(suffix: string): string {
  let uuid = ''
  let left = 0
  let bits = -2
  let bytes = 0
  for (let place = 0; place < suffix.length; place += 1) {
    left = (left << 5) | (digitValues[suffix.charCodeAt(place)] ?? 0)
    bits += 5
    if (bits < 8) continue
    bits -= 8
    uuid += `${DASHES.has(bytes) ? '-' : ''}${HEX[left >> bits] ?? ''}`
    left &= (1 << bits) - 1
    bytes += 1
  }
  return uuid
}
