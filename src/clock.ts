import { readFileSync } from 'node:fs'
import { StartupError } from './errors.js'

/** The current instant. Everything that depends on time gets one of these, never the global clock. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

const DAY_MS = 86_400_000

/** The instant so many days later, whatever clocks do meanwhile; null: never. */
export function daysAfter(now: Date, days: number | null): Date | null {
  return days === null ? null : new Date(now.getTime() + days * DAY_MS)
}

/** The first millisecond at which something is so that is not `before` and is `since`, and stays so. */
export function firstInstant(
  [before, since]: readonly [before: number, since: number],
  isSo: (time: number) => boolean
): Date {
  let [no, yes] = [before, since]
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2)
    if (isSo(middle)) yes = middle
    else no = middle
  }
  return new Date(yes)
}

/**
 * The clock of a test deployment: the instant written in a file (ISO 8601), so that one write moves
 * the time of every process at once. While the file is empty or away, time is real.
 *
 * @throws StartupError on a file that holds something else
 */
export function fileClock(path: string): Clock {
  const read = () => {
    const text = readText(path)
    if (text === '') return new Date()
    const instant = new Date(text)
    if (Number.isNaN(instant.getTime())) {
      throw new StartupError(
        'MUSTER_TEST_CLOCK: the file must hold an ISO 8601 instant or nothing.'
      )
    }
    return instant
  }
  read()
  return read
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
