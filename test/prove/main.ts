import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { findPlants } from './plant.js'

/** The command line of `npm run prove`; answers with the exit code. */
export async function proveByArguments(argv: string[], parent: string): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      plant: { type: 'boolean', default: false },
      names: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '4' },
      steps: { type: 'string', default: '150' }
    }
  })
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  const found = await findPlants({
    parent,
    names: values.names.split(',').filter((name) => name !== ''),
    seed: Number(values.seed),
    seeds: Number(values.seeds),
    steps: Number(values.steps),
    say
  })
  await writeFile('proof-plants.json', `${JSON.stringify(found, undefined, 2)}\n`)
  return found.every(({ seed }) => seed !== undefined) ? 0 : 1
}
