import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { onItsOwn } from '../helpers/embedded.js'
import { hasRedis } from './service/redis.js'
import { drawnPolicies, openGround, simulate } from './service/simulate.js'

/** By steps and not by time, so that each run plays the same; as many as CI has the time for. */
const STEPS = 45
const DIST = fileURLToPath(new URL('../../dist/bundle', import.meta.url))
/** Both bring their own servers, so each is played by the suite that is like them. */
const SEEDS = [
  { seed: 1, redis: false, ...onItsOwn },
  { seed: 2, redis: true, skip: suiteHasRedis() ? false : 'is played by the suite with a Redis' }
]

function suiteHasRedis(): boolean {
  return process.env['TEST_REDIS_URL'] !== undefined && hasRedis()
}

t.setTimeout(600_000)

const ground = await openGround(t, tmpdir(), DIST)
for (const { seed, redis, skip } of SEEDS) {
  await t.test(
    `seed ${seed}: whatever fails under them, teams are what an independent model says`,
    { skip },
    async (t) => {
      const say = (line: string) => {
        t.comment(line)
      }
      const options = {
        seed,
        redis,
        steps: STEPS,
        policies: drawnPolicies(seed),
        shortenings: 4,
        say
      }
      const { played, shortened } = await simulate(ground, options)
      t.equal(played.wrong, undefined, played.wrong ? JSON.stringify(shortened) : 'as it says')
      const answers = [...played.outcomes.keys()]
      t.ok(answers.length > 12, `${answers.length} kinds of answers`)
      t.ok(played.faults.size > 2, `${[...played.faults.keys()].join()} happened`)
    }
  )
}
