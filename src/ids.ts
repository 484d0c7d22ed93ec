import { typeidUnboxed } from 'typeid-js'

/** The closed list of id prefixes. Secrets (`mk_`, `mlk_`) never share one with an id. */
export const ID_PREFIXES = ['org', 'mem', 'inv', 'grp', 'evt', 'key', 'job', 'mail', 'req'] as const
export type IdPrefix = (typeof ID_PREFIXES)[number]

/**
 * A new TypeID: prefix and UUIDv7 in Crockford base 32. The only source of ids. Ids of one process
 * sort in the order in which they were made.
 */
export function newId(prefix: IdPrefix): string {
  return typeidUnboxed(prefix)
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
  const known = patterns.get(prefix) ?? new RegExp(idPattern(prefix))
  patterns.set(prefix, known)
  return known
}

// Ids are read and written for every row and every request: bit by bit, without numbers of 128 bits.

const SUFFIX_LENGTH = 26
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
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

/** 128 bits and two of nothing before them, five at a time. */
function encode(uuid: string): string {
  let text = ''
  let left = 0
  let count = 2
  for (let place = 0; place < uuid.length; place += 1) {
    const code = uuid.charCodeAt(place)
    if (code === DASH) continue
    left = (left << 4) | (hexValues[code] ?? 0)
    count += 4
    if (count < 5) continue
    count -= 5
    text += DIGITS.charAt(left >> count)
    left &= (1 << count) - 1
  }
  return text
}

/** The reverse, eight bits at a time. */
function decode(suffix: string): string {
  let uuid = ''
  let left = 0
  let count = -2
  let bytes = 0
  for (let place = 0; place < suffix.length; place += 1) {
    left = (left << 5) | (digitValues[suffix.charCodeAt(place)] ?? 0)
    count += 5
    if (count < 8) continue
    count -= 8
    uuid += `${DASHES.has(bytes) ? '-' : ''}${HEX[left >> count] ?? ''}`
    left &= (1 << count) - 1
    bytes += 1
  }
  return uuid
}
