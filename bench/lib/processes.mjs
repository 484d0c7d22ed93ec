import { fork } from 'node:child_process'
import { once } from 'node:events'

const running = new Set()

/**
 * Starts a file of bench/ as a process of its own. `ready` is what it said once it could be used;
 * `ask` has it do something and resolves to its answer.
 */
export async function startProcess(file, env) {
  const child = fork(new URL(`../${file}`, import.meta.url), {
    env: { ...process.env, ...env },
    execArgv: process.env.BENCH_NODE_ARGS?.split(' ') ?? []
  })
  running.add(child)
  const waiting = new Map()
  let lastId = 0
  const wait = (id) =>
    new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
    })
  child.on('message', ({ id, answer, error }) => {
    const { resolve, reject } = waiting.get(id)
    waiting.delete(id)
    if (error) reject(new Error(`${file}: ${error}`))
    else resolve(answer)
  })
  child.on('exit', (code) => {
    running.delete(child)
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${code}`))
  })
  const ready = await wait(0)
  return {
    ready,
    ask(command, argument) {
      lastId += 1
      child.send({ id: lastId, command, argument })
      return wait(lastId)
    },
    stop: () => end(child)
  }
}

/** Whatever a measurement that failed has left behind. */
export async function stopProcesses() {
  for (const child of running) await end(child)
}

async function end(child) {
  if (!running.has(child)) return
  const ended = once(child, 'exit')
  if (child.connected) child.disconnect()
  await ended
}
