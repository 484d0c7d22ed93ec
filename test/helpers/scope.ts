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

/** Nothing that was started outlives a command that is interrupted. */
export function endOnSignals(scope: { end(): Promise<void> }): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void scope.end().finally(() => {
        process.exit(1)
      })
    })
  }
}
