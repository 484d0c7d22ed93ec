import { CUSTOM } from '../../policy/selectors.js'

const BASE_LENGTH_MAX = 44

/** `Rédacteur en chef` → `redacteur_en_chef`, with a number when that is taken. */
export function newRoleKey(label: string, taken: ReadonlySet<string>): string {
  const words = label
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
  const base = /^[a-z]/.test(words) ? words : `role_${words}`
  const start = base.slice(0, BASE_LENGTH_MAX).replace(/_$/, '')
  // One of that many is free; `custom` stands for all of an organization's roles.
  for (let n = 1; n <= taken.size + 2; n += 1) {
    const key = n === 1 ? start : `${start}_${n}`
    if (key !== CUSTOM && !taken.has(key)) return key
  }
  throw new Error('more keys are taken than there are')
}
