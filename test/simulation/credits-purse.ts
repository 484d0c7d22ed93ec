/** Credits that were bought together. */
export interface Lot {
  readonly number: number
  readonly priority: number
  /** Milliseconds; without an end: infinite. */
  readonly endsAt: number
}
export type Purse = Map<Lot, number>
export type Part = readonly [Lot, number]

export const total = (purse: Purse) => [...purse.values()].reduce((sum, amount) => sum + amount, 0)

/** Lower priority first, then what ends first, then what is older. */
const inOrder = ([a]: Part, [b]: Part) =>
  a.priority - b.priority || compare(a.endsAt, b.endsAt) || a.number - b.number
const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1)

export function take(purse: Purse, amount: number, fits: (part: Part) => boolean): readonly Part[] {
  const parts: Part[] = []
  let left = amount
  for (const [lot, has] of [...purse].filter(fits).sort(inOrder)) {
    const taken = Math.min(has, left)
    if (taken === 0) break
    left -= taken
    parts.push([lot, taken])
    if (has === taken) purse.delete(lot)
    else purse.set(lot, has - taken)
  }
  if (left > 0) throw new Error('somebody has to ask first whether there is enough')
  return parts
}

export function put(purse: Purse, parts: readonly Part[]): void {
  for (const [lot, amount] of parts) {
    if (amount > 0) purse.set(lot, (purse.get(lot) ?? 0) + amount)
  }
}

/** Of parts that stand one behind the other, what lies between. */
export function slice(parts: readonly Part[], from: number, to: number): readonly Part[] {
  let start = 0
  return parts.flatMap(([lot, amount]): readonly Part[] => {
    const inside = Math.min(start + amount, to) - Math.max(start, from)
    start += amount
    return inside > 0 ? [[lot, inside]] : []
  })
}
