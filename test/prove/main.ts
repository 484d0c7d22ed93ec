import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { findPlants } from './plant.js'
import { prove } from './proof.js'

/** The command line of `npm run prove`; answers with the exit code. */
export async function proveByArguments(argv: string[], parent: string): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      plant: { type: 'boolean', default: false },
      minutes: { type: 'string', default: '60' },
      only: { type: 'string', default: '' },
      'load-minutes': { type: 'string', default: '30' },
      capacity: { type: 'string', default: '0' },
      redis: { type: 'boolean', default: false },
      names: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '4' },
      steps: { type: 'string', default: '150' },
      shorten: { type: 'string', default: '0' },
      replay: { type: 'string' }
    }
  })
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  const common = { parent, seed: Number(values.seed), steps: Number(values.steps), say }
  if (!values.plant) {
    const parts = await prove({
      ...common,
      minutes: Number(values.minutes),
      only: namesIn(values.only),
      loadMinutes: Number(values['load-minutes']),
      capacity: Number(values.capacity),
      redis: values.redis
    })
    await keep('proof-summary.json', parts)
    return parts.every(({ failures }) => failures.length === 0) ? 0 : 1
  }
  const found = await findPlants({
    ...common,
    names: namesIn(values.names),
    seeds: values.replay ? 1 : Number(values.seeds),
    shortenings: Number(values.shorten),
    replayed: values.replay
  })
  await keep('proof-plants.json', found)
  return found.every(({ seed }) => seed !== undefined) ? 0 : 1
}

const namesIn = (list: string) => list.split(',').filter((name) => name !== '')

const keep = (file: string, told: unknown) =>
  writeFile(file, `${JSON.stringify(told, undefined, 2)}\n`)
