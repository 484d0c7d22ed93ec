import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { endOnSignals, newScope } from '../helpers/scope.js'
import { hasRedis } from '../simulation/service/redis.js'
import { openGround, simulate } from '../simulation/service/simulate.js'
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
  /** The fewer, the more happens to each of their teams. */
  readonly policies: readonly string[]
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
  const { names } = options
  const found: Found[] = []
  for (const plant of PLANTS) {
    if (names.length > 0 && !names.includes(plant.name)) continue
    const one = await findPlant(plant, options)
    options.say(
      one.seed === undefined
        ? `${one.name}: NOT FOUND in ${one.seconds} s`
        : `${one.name}: seed ${one.seed}, step ${one.step}, ${one.seconds} s: ${one.message}`
    )
    found.push(one)
  }
  return found
}

/** Beside the service itself, so that the copy finds the same packages. */
async function copyWith({ name, file, from, to }: Plant): Promise<string> {
  const folder = resolve(`dist-plant_${name}`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  for (const part of ['dist', 'migrations', 'package.json']) {
    await cp(part, join(folder, part), { recursive: true })
  }
  const path = join(folder, file)
  const text = await readFile(path, 'utf8')
  if (text.split(from).length !== 2) throw new Error(`${file} does not have once: ${from}`)
  await writeFile(path, text.replace(from, to))
  return folder
}

async function findPlant(plant: Plant, options: PlantOptions): Promise<Found> {
  const { parent, seed: first, seeds, steps, policies, say } = options
  const scope = newScope()
  endOnSignals(scope)
  const folder = await copyWith(plant)
  const begun = performance.now()
  const seconds = () => Math.round((performance.now() - begun) / 1000)
  try {
    const ground = await openGround(scope, parent, join(folder, 'dist'))
    for (let seed = first; seed < first + seeds; seed += 1) {
      const redis = seed % 2 === 0 && hasRedis()
      const { wrong } = (
        await simulate(ground, { seed, steps, policies, redis, shortenings: 0, say })
      ).played
      if (wrong) {
        const message = wrong.message.slice(0, 200)
        return { ...plant, seed, step: wrong.at, seconds: seconds(), message }
      }
    }
    return { ...plant, seed: undefined, step: 0, seconds: seconds(), message: '' }
  } finally {
    await scope.end()
    await rm(folder, { recursive: true, force: true })
  }
}
