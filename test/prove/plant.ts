import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { endOnSignals, newScope } from '../helpers/scope.js'
import { replay } from '../simulation/service/main.js'
import { hasRedis } from '../simulation/service/redis.js'
import {
  type Ground,
  groundFor,
  openGround,
  type Sequence,
  simulate
} from '../simulation/service/simulate.js'
import { PLANTS, type Plant } from './plants.js'

export interface PlantOptions {
  /** Where databases are put. */
  readonly parent: string
  /** Which; none: all of them. */
  readonly names: readonly string[]
  /** The first seed. */
  readonly seed: number
  readonly seeds: number
  readonly steps: number
  /** How often a sequence that fails is played again to find a shorter one. */
  readonly shortenings: number
  /** A file that was kept, to be played instead of seeds. */
  readonly replayed: string | undefined
  readonly say: (line: string) => void
}

export interface Found {
  readonly name: string
  readonly what: string
  readonly seed: number | undefined
  /** At which step of how many. */
  readonly step: number
  readonly seconds: number
  readonly message: string
}

/** Plants each fault in a copy of the built service, and plays seeds on it until one finds it. */
export async function findPlants(options: PlantOptions): Promise<readonly Found[]> {
  const { names, parent, say } = options
  const plants = PLANTS.filter(({ name }) => names.length === 0 || names.includes(name))
  // One that can be planted no more is told before hours are spent on the others.
  for (const plant of plants) await plantedText(plant)
  const scope = newScope()
  endOnSignals(scope)
  const found: Found[] = []
  try {
    const ground = await openGround(scope, parent, resolve('dist'))
    for (const plant of plants) {
      const one = await withCopy(plant, async (dist) =>
        findPlant(plant, await groundFor(ground, scope, dist), options)
      )
      say(tell(one))
      found.push(one)
    }
  } finally {
    await scope.end()
  }
  return found
}

const tell = ({ name, seed, step, seconds, message }: Found) =>
  seed === undefined
    ? `${name}: NOT FOUND in ${seconds} s`
    : `${name}: seed ${seed}, step ${step}, ${seconds} s: ${message}`

/**
 * The file as it is with the fault in it.
 *
 * @throws when it does not have the text to replace exactly once
 */
export async function plantedText({ file, from, to }: Plant): Promise<string> {
  const text = await readFile(file, 'utf8')
  if (text.split(from).length !== 2) throw new Error(`${file} does not have once: ${from}`)
  return text.replace(from, () => to)
}

/** Beside the service itself, so that the copy finds the same packages. */
async function withCopy<T>(plant: Plant, use: (dist: string) => Promise<T>): Promise<T> {
  const folder = resolve(`dist-plant_${plant.name}`)
  try {
    await mkdir(folder, { recursive: true })
    for (const part of ['dist', 'migrations', 'package.json']) {
      await cp(part, join(folder, part), { recursive: true })
    }
    await writeFile(join(folder, plant.file), await plantedText(plant))
    return await use(join(folder, 'dist'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function findPlant(plant: Plant, ground: Ground, options: PlantOptions): Promise<Found> {
  const { seed: first, seeds } = options
  const { name, what } = plant
  const begun = performance.now()
  const seconds = () => Math.round((performance.now() - begun) / 1000)
  for (let seed = first; seed < first + seeds; seed += 1) {
    const played = await playOn(plant, ground, { ...options, seed })
    if (!played) continue
    const message = played.message.slice(0, 400)
    return { name, what, seed, step: played.at, seconds: seconds(), message }
  }
  return { name, what, seed: undefined, step: 0, seconds: seconds(), message: '' }
}

/** One seed, or what was kept of one; what fails is kept, shortened. */
async function playOn({ name, policies, focus }: Plant, ground: Ground, options: PlantOptions) {
  const { seed, steps, shortenings, replayed, say } = options
  const redis = seed % 2 === 0 && hasRedis()
  const setting = { seed, steps, policies, focus, redis, shortenings, say }
  const { played, shortened } = replayed
    ? await replay(ground, replayed, setting)
    : await simulate(ground, setting)
  if (played.wrong && shortenings > 0) {
    const sequence: Sequence = { policies, redis, steps: shortened }
    await writeFile(`simulation-${name}.json`, JSON.stringify(sequence))
    say(`${shortened.length} steps are enough:`)
    for (const step of shortened) say(JSON.stringify(step))
  }
  return played.wrong
}
