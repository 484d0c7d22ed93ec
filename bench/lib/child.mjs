/**
 * The child's side of lib/processes.mjs: says what it offers, answers what it is asked, and ends
 * with its parent. Every child can tell the processor time that it has used.
 */
export function answerParent(ready, commands = {}) {
  const all = { cpuMs, ...commands }
  process.on('message', async ({ id, command, argument }) => {
    try {
      process.send({ id, answer: await all[command](argument) })
    } catch (error) {
      process.send({ id, error: error.stack })
    }
  })
  process.on('disconnect', () => process.exit(0))
  process.send({ id: 0, answer: ready })
}

function cpuMs() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
