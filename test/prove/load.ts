import { endOnSignals, newScope } from '../helpers/scope.js'
import { chance } from '../simulation/chance.js'
import { measureCapacity } from './load-capacity.js'
import { createClient } from './load-client.js'
import { common, judgeHalf, judgeOverload, minutesOf, recoveredAfter } from './load-judge.js'
import { finish, type Load, run } from './load-run.js'
import { startService } from './load-service.js'
import { createTeams } from './load-teams.js'
import { verify } from './load-verify.js'

export interface LoadOptions {
  readonly parent: string
  readonly seed: number
  /** At half of the capacity, after warming up. */
  readonly loadMinutes: number
  /** In requests a second, where it is known; 0: it is measured first. */
  readonly capacity: number
  readonly redis: boolean
  readonly say: (line: string) => void
}

export interface Loaded {
  readonly name: string
  readonly runs: number
  readonly failures: readonly string[]
  /** Each part of it, told by its numbers. */
  readonly figures: Readonly<Record<string, unknown>>
}

const WARM_UP_S = 30
const MINUTE_S = 60
const OVERLOAD_MINUTES_MAX = 3
const RECOVERY_S = 60

/** Mixed traffic on real processes at half and at twice of what they can do, and what is left of it. */
export async function proveLoad(options: LoadOptions): Promise<Loaded> {
  const scope = newScope()
  endOnSignals(scope)
  try {
    const service = await startService(scope, options)
    const client = createClient(scope, service.api.url, service.key)
    const load: Load = {
      service,
      client,
      teams: await createTeams(client),
      book: { spends: new Map(), invited: new Map() },
      chance: chance(options.seed),
      again: []
    }
    await subscribe(load)
    return await play(load, options)
  } finally {
    await scope.end()
  }
}

async function subscribe({ client, service }: Load): Promise<void> {
  const body = { url: service.consumer.url, event_types: ['*'] }
  const path = '/v1/webhook-endpoints'
  const { outcome, why } = await client({ name: path, method: 'POST', path, body, expected: 201 })
  if (outcome !== 'done') throw new Error(why)
}

async function play(load: Load, options: LoadOptions): Promise<Loaded> {
  const { loadMinutes, say } = options
  const figures: Record<string, unknown> = {}
  const note = (name: string, told: unknown) => {
    figures[name] = told
    say(`load, ${name}: ${JSON.stringify(told)}`)
  }
  const capacity = options.capacity || (await measureCapacity(load, say))
  note('capacity', Math.round(capacity))
  await run(load, capacity / 2, WARM_UP_S)

  const half = await run(load, capacity / 2, loadMinutes * MINUTE_S)
  const atHalf = judgeHalf(half)
  note('half', atHalf.figures)

  const overSeconds = Math.min(OVERLOAD_MINUTES_MAX, loadMinutes / 2) * MINUTE_S
  await load.client.connect()
  const over = await run(load, capacity * 2, overSeconds)
  const atTwice = judgeOverload(over, half, capacity)
  note('twice', atTwice.figures)
  say(load.service.api.said().trim())

  const after = await run(load, capacity / 2, RECOVERY_S)
  const [firstP99 = 0] = minutesOf(half)
  const seconds = recoveredAfter(after, firstP99)
  note('after', { ...common(after), recoveredAfterSeconds: seconds ?? 'never' })

  const wrong = [...after.told, ...(await finish(load)), ...(await verify(load))]
  note('acknowledged', { spends: load.book.spends.size, invitations: load.book.invited.size })
  const failures = [
    ...atHalf.failures,
    ...atTwice.failures,
    ...(seconds === undefined ? [`not as before ${RECOVERY_S} s after the overload`] : []),
    ...wrong
  ]
  for (const failure of failures) say(`load: ${failure}`)
  return { name: 'load', runs: 1, failures, figures }
}
