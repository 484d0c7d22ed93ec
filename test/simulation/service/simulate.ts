import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scope } from '../../helpers/scope.js'
import { type Game, type Played, play } from './play.js'
import { startPostgres } from './postgres.js'
import { createTemplate, type ServiceOptions } from './service.js'
import { shorten } from './shorten.js'
import { type Group, policiesOf, stepsOf } from './steps.js'
import type { Step } from './world.js'

export const POLICIES = ['standard', 'oupi', 'openphone', 'respondio', 'surveymonkey', 'ampliphi']

/** With so few policies, much happens in each of their teams. */
const POLICIES_DRAWN = 2
export const drawnPolicies = (seed: number) => policiesOf(seed, POLICIES, POLICIES_DRAWN)

export interface SimulateOptions {
  readonly seed: number
  readonly steps: number
  readonly policies: readonly string[]
  /** What is mostly played; nothing: what the seed draws. */
  readonly focus?: readonly Group[]
  readonly redis: boolean
  /** How often a failing sequence is played again to find a shorter one. */
  readonly shortenings: number
  readonly say: (line: string) => void
}

/** Where simulations are played: a PostgreSQL, a migrated database to copy. */
export async function openGround(scope: Scope, parent: string, dist: string): Promise<Ground> {
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'muster-simulation-'))
  scope.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }))
  await chmod(folder, 0o755) // As root, PostgreSQL runs as a user of its own.
  return groundFor({ folder, postgres: await startPostgres(scope, folder) }, scope, dist)
}

/** The same PostgreSQL for another build of the service. */
export async function groundFor(
  { folder, postgres }: Pick<Ground, 'folder' | 'postgres'>,
  scope: Scope,
  dist: string
): Promise<Ground> {
  return { folder, postgres, template: await createTemplate(scope, postgres, dist), dist }
}

export type Ground = Omit<ServiceOptions, 'redis'>

/** A sequence and what it is played on, as it is kept to be played again. */
export interface Sequence {
  readonly policies: readonly string[]
  readonly redis: boolean
  readonly steps: readonly Step[]
}

export interface Simulated {
  readonly played: Played
  /** What of the sequence is needed for it to fail. */
  readonly shortened: readonly Step[]
}

/** Plays one seed; a sequence that fails is shortened. */
export async function simulate(ground: Ground, options: SimulateOptions): Promise<Simulated> {
  const steps = stepsOf(options.seed, options.steps, options.focus)
  return simulateSteps(ground, steps, options)
}

/** The same of a sequence that is given. */
export async function simulateSteps(
  ground: Ground,
  steps: readonly Step[],
  options: SimulateOptions
): Promise<Simulated> {
  const { policies, redis, shortenings, say } = options
  const game: Game = { ...ground, policies, redis, steps }
  const played = await play(game)
  if (!played.wrong || shortenings === 0) return { played, shortened: steps }
  say(`seed ${options.seed} fails at step ${played.wrong.at}: ${played.wrong.message}`)
  const needed = steps.slice(0, played.wrong.at + 1)
  const fails = async (some: readonly Step[]) => (await play({ ...game, steps: some })).wrong
  const shortened = await shorten(needed, fails, shortenings)
  return { played, shortened }
}
