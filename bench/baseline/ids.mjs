import { randomUUID } from 'node:crypto'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const PAIRS = Array.from({ length: 1024 }, (_, n) => ALPHABET[n >> 5] + ALPHABET[n & 31])
const SUFFIX_LENGTH = 26

/** A UUIDv7: the time in milliseconds, then chance. */
export function newUuid() {
  const time = Date.now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** uuid → `mem_…` (TypeID): 128 bits in base 32, two digits at a time. */
export function encodeId(prefix, uuid) {
  const a = parseInt(uuid.slice(0, 8), 16)
  const b = parseInt(uuid.slice(9, 13) + uuid.slice(14, 18), 16)
  const c = parseInt(uuid.slice(19, 23) + uuid.slice(24, 28), 16)
  const d = parseInt(uuid.slice(28), 16)
  return (
    `${prefix}_${PAIRS[a >>> 24]}${PAIRS[(a >>> 14) & 1023]}${PAIRS[(a >>> 4) & 1023]}` +
    `${PAIRS[((a & 15) << 6) | (b >>> 26)]}${PAIRS[(b >>> 16) & 1023]}${PAIRS[(b >>> 6) & 1023]}` +
    `${PAIRS[((b & 63) << 4) | (c >>> 28)]}${PAIRS[(c >>> 18) & 1023]}${PAIRS[(c >>> 8) & 1023]}` +
    `${PAIRS[((c & 255) << 2) | (d >>> 30)]}${PAIRS[(d >>> 20) & 1023]}` +
    `${PAIRS[(d >>> 10) & 1023]}${PAIRS[d & 1023]}`
  )
}

/** `org_…` → uuid. */
export function decodeId(id) {
  let bits = 0n
  for (const digit of id.slice(-SUFFIX_LENGTH)) bits = bits * 32n + BigInt(ALPHABET.indexOf(digit))
  const hex = bits.toString(16).padStart(32, '0')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
