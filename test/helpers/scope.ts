/** Whoever starts something leaves here how it ends; what was started last ends first. */
export interface Scope {
  teardown(end: () => unknown): void
}

/** A scope that is ended by its owner: outside of tests nothing else ends it. */
export function newScope() {
  const ends: (() => unknown)[] = []
  return {
    teardown: (end: () => unknown) => void ends.push(end),
    async end(): Promise<void> {
      for (const end of ends.splice(0).toReversed()) {
        await Promise.resolve(end()).catch(() => undefined)
      }
    }
  }
}
