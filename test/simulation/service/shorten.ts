/**
 * Leaves out of a sequence what is not needed for it to fail: first halves, then ever smaller
 * chunks, in so many attempts at most. What is left fails too.
 */
export async function shorten<T>(
  sequence: readonly T[],
  fails: (some: readonly T[]) => Promise<unknown>,
  attemptsMax: number
): Promise<readonly T[]> {
  let needed = sequence
  let attempts = 0
  let size = Math.ceil(needed.length / 2)
  while (size >= 1) {
    let from = 0
    while (from < needed.length) {
      if (attempts === attemptsMax) return needed
      attempts += 1
      const some = [...needed.slice(0, from), ...needed.slice(from + size)]
      if (some.length < needed.length && (await fails(some))) needed = some
      else from += size
    }
    if (size === 1) break
    size = Math.ceil(size / 2)
  }
  return needed
}
