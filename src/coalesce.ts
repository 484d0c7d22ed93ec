/** Loads many at once: the n-th answer belongs to the n-th question. */
export type LoadMany<Q, A> = (questions: readonly Q[]) => Promise<readonly A[]>

export interface CoalesceOptions {
  /** Questions of one load. */
  readonly max: number
  /** Loads at the same time. */
  readonly lanes: number
  /** Of a failed load: whether all that waits would only fail the same, after as long a wait. */
  readonly failsAll?: (error: unknown) => boolean
}

interface Waiting<Q, A> {
  question: Q
  resolve: (answer: A) => void
  reject: (error: unknown) => void
}

/**
 * Lets callers that wait at the same moment share one statement. Nothing is remembered: every
 * answer comes from a load that began after its question was asked.
 */
export function coalesce<Q, A>(
  load: LoadMany<Q, A>,
  { max, lanes, failsAll }: CoalesceOptions
): (question: Q) => Promise<A> {
  const waiting: Waiting<Q, A>[] = []
  let running = 0

  const flush = async () => {
    const batch = waiting.splice(0, max)
    if (batch.length === 0) return
    running += 1
    try {
      const answers = await load(batch.map(({ question }) => question))
      batch.forEach(({ resolve, reject }, index) => {
        const answer = answers[index]
        if (answer === undefined) reject(new Error('a load left a question without an answer'))
        else resolve(answer)
      })
    } catch (error) {
      const others = failsAll?.(error) ? waiting.splice(0) : []
      for (const { reject } of [...batch, ...others]) reject(error)
    } finally {
      running -= 1
      if (waiting.length > 0) void flush()
    }
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject })
      // At the end of this turn, so that requests parsed in it go together.
      if (running < lanes) {
        setImmediate(() => {
          if (running < lanes) void flush()
        })
      }
    })
}
