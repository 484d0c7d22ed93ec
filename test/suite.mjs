// Started by run.mjs: runs the compiled test files it is given, each in a process of its own, and
// tells in TAP what became of them. The command `tap` would start them with hooks for TypeScript,
// mocks and coverage. Nothing here asks for those, and they cost each process three seconds and
// went on into every Muster that a test starts.
import { availableParallelism } from 'node:os'
import t from 'tap'

/** Each has a database server at work beside it. */
const JOBS_MAX = 4
/** More than there are cores: those that start processes and stop them mostly wait. */
const BESIDE = 1

const { NODE_OPTIONS: nodeOptions = '', TAP_TIMEOUT: timeoutS } = process.env
t.setTimeout(0)
t.jobs = Math.min(availableParallelism() + BESIDE, JOBS_MAX)
for (const file of process.argv.slice(2)) {
  // `spawn` would hand the hooks on as options of Node: those are the caller's own again.
  const command = [`NODE_OPTIONS=${nodeOptions}`, process.execPath, '--enable-source-maps', file]
  void t.spawn('env', command, {
    name: file,
    externalID: file,
    buffered: true,
    timeout: Number(timeoutS) * 1000,
    at: null,
    stack: ''
  })
}
