import { writeCircuit } from './circuit.js'
import type { Drain } from './drain.js'
import { writeOutcomes } from './write-outcomes.js'

/** Attempts that are written together, at the latest after so long. */
const WRITE_MAX = 200
const WRITE_WITHIN_MS = 20

interface Following {
  readonly then: () => void
  readonly fail: (error: unknown) => void
}

/** Writes what has been attempted, many together. */
export function createWriter(drain: Drain) {
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const write = async () => {
    clearTimeout(timer)
    timer = undefined
    const { deps, unwritten, circuit } = drain
    const batch = unwritten.slice(0, WRITE_MAX)
    await writeOutcomes(deps.db, batch)
    unwritten.splice(0, batch.length)
    await writeCircuit(deps, drain.endpointId, drain.written, circuit)
    drain.written = circuit
  }
  const next = () => {
    writing ??= write().finally(() => {
      writing = undefined
    })
    return writing
  }
  const writeSoon = ({ then, fail }: Following) => {
    if (!writing) void next().catch(fail).finally(then)
  }
  return {
    /** Soon; at once when there are many. */
    poke(following: Following) {
      if (drain.unwritten.length >= WRITE_MAX) writeSoon(following)
      else timer ??= setTimeout(writeSoon, WRITE_WITHIN_MS, following)
    },
    /** What is not written yet is pending, and sent again. */
    giveUp() {
      clearTimeout(timer)
    },
    /** Everything, now. */
    async flush() {
      clearTimeout(timer)
      while (drain.unwritten.length > 0 || writing) await next()
    }
  }
}
