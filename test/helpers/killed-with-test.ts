import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'

const running = new Set<ChildProcess>()
/** Of data, each removed with the process. */
export const folders = new Set<string>()
// Tap runs no teardown in a file that it ends for taking too long.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  for (const folder of folders) removeAtOnce(folder)
})

function removeAtOnce(folder: string): void {
  try {
    const pidFile = join(folder, 'data/postgres/postmaster.pid')
    if (existsSync(pidFile)) process.kill(Number.parseInt(readFileSync(pidFile, 'utf8')), 'SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
  } catch {
    // The server has ended by itself, or its children write on: there is no time left to wait.
  }
}

/** Nothing that a test started outlives it. */
export function killWithTest(t: Test, child: ChildProcess): void {
  running.add(child)
  t.teardown(() => {
    child.kill('SIGKILL')
    running.delete(child)
  })
}
