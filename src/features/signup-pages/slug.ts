import { randomBytes } from 'node:crypto'

const BITS = 128
const DIGITS = 26
const BASE = 32
const SLUG = /^[0-7][0-9a-v]{25}$/

/** What a page's URL ends in: chance alone, so that nobody finds a page by trying. */
export function newSlug(): string {
  const chance = BigInt(`0x${randomBytes(BITS / 8).toString('hex')}`)
  return chance.toString(BASE).padStart(DIGITS, '0')
}

export const isSlug = (text: string): boolean => SLUG.test(text)
