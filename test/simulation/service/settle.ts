import { setTimeout as sleep } from 'node:timers/promises'
import { compareTeam } from './compare.js'
import { forgetQueue, sweepAll } from './service.js'
import { type Seat, tick } from './team.js'
import type { World } from './world.js'

const FIRST_MS = 2 * 60_000
const ROUNDS = 7
const QUIET_WITHIN_MS = 2_000
/** Before it is said that something is left: the queue knows within a minute of a killed worker. */
const LAST_WITHIN_MS = 75_000

/** Time goes on for the service and for the model. */
export async function passTime({ service, teams }: World, ms: number): Promise<void> {
  await service.clock.advance(ms)
  for (const team of teams) tick(team, service.clock.now())
}

const OPEN = `select
  (select count(*)::int from jobs where failed_at is null) as jobs,
  (select count(*)::int from jobs where failed_at is not null) as given_up,
  (select count(*)::int from webhook_deliveries where status = 'pending') as deliveries,
  (select count(*)::int from webhook_deliveries where status = 'failed') as failed`

const LEFT = 'select name, attempts, hand_overs, hand_over_at, last_error from jobs limit 3'

interface Open {
  readonly jobs: number
  readonly given_up: number
  readonly deliveries: number
  readonly failed: number
}

async function readOpen({ service }: World): Promise<Open> {
  const [row] = await service.query(OPEN)
  return row as unknown as Open
}

/** Everything works, time goes on, and nothing is left to do; answers with what is left all the same. */
async function drain(world: World): Promise<string[]> {
  await world.faults.mend()
  await hurry(world, 0)
  for (let round = 1; ; round += 1) {
    const end = performance.now() + (round < ROUNDS ? QUIET_WITHIN_MS : LAST_WITHIN_MS)
    let open = await readOpen(world)
    while (open.jobs + open.deliveries > 0 && performance.now() < end) {
      await sleep(50)
      open = await readOpen(world)
    }
    const isLeft = open.jobs + open.deliveries > 0
    if (isLeft && round < ROUNDS) {
      await hurry(world, round)
      continue
    }
    const rows = await world.service.query(LEFT)
    const left = rows.length > 0 ? [JSON.stringify(rows)] : []
    return Object.entries(open).flatMap(([what, count]) =>
      count > 0 ? [`${count} ${what} left`, ...left] : []
    )
  }
}

/** What waits for its next attempt, in the queue's own time or in the clock's, need not wait. */
async function hurry(world: World, round: number): Promise<void> {
  await forgetQueue(world.service)
  await passTime(world, FIRST_MS * 2 ** round)
}

/** The whole of what was done, once nothing is under way any more. */
export async function settle(world: World): Promise<string[]> {
  const drained = await drain(world)
  await sweepAll(world.service)
  const swept = await drain(world)
  const wrong = [...drained, ...swept]
  for (const team of world.teams) {
    const found = await compareTeam(world, team, true)
    wrong.push(...found.map((one) => `${team.document.key}: ${one}`))
  }
  return [...wrong, ...(await compareFeed(world)), ...wrongMails(world)]
}

/** The feed has what the logs have, and the consumer has what the feed has. */
async function compareFeed({ call, service, told }: World): Promise<string[]> {
  const feed: string[] = []
  let before = 0
  for (let cursor = ''; ; ) {
    const more = cursor === '' ? '' : `&cursor=${cursor}`
    const { body } = await call('GET', `/v1/events?limit=100${more}`)
    for (const { id, type } of body.data) {
      feed.push(id)
      if (type === 'webhook_endpoint.created') before = feed.length
    }
    cursor = body.next_cursor
    if (!body.has_more) break
  }
  const known = new Set(feed)
  const logs = [...told.values()].flatMap(({ ids }) => [...ids])
  const missing = logs.filter((id) => !known.has(id)).length
  // What was there before the endpoint, and that it was made, is told to nobody.
  const unsent = feed.slice(before).filter((id) => !service.consumer.taken.has(id)).length
  return [
    ...(known.size === feed.length ? [] : ['the feed tells something twice']),
    ...(missing === 0 ? [] : [`${missing} events are not in the feed`]),
    ...(unsent === 0 ? [] : [`${unsent} events were not delivered`])
  ]
}

/** Every offer that is still open and was to be mailed has come; its link is known from now on. */
function wrongMails({ service, teams }: World): string[] {
  const awaited = ({ isMailed, status }: Seat) => isMailed && status === 'invited'
  return teams.flatMap(({ seats, document }) =>
    seats.filter(awaited).flatMap((seat) => {
      const mail = service.smtp.received.findLast(({ to }) => to === seat.address)
      const token = /\/invitations\/(mlk_[\w-]+)/.exec(mail?.text ?? '')?.[1]
      return learnMailed(seat, token, document.invitations.rotate_link_on_resend)
    })
  )
}

function learnMailed(seat: Seat, token: string | undefined, rotates: boolean): string[] {
  if (token === undefined) return [`no mail has come to ${seat.address}`]
  const isDead = !seat.isLinkKnown && seat.tokens.includes(token)
  if (isDead && rotates) return [`a link that was dead is mailed to ${seat.address}`]
  if (seat.tokens.at(-1) !== token) seat.tokens.push(token)
  seat.isLinkKnown = true
  return []
}

/** What an operator's own checks say. */
export async function verify({ service }: World): Promise<string[]> {
  const wrong: string[] = []
  for (const command of ['audit verify', 'credits verify']) {
    const { code, said } = await service.muster(command)
    if (code !== 0) wrong.push(`${command} ends with ${code}: ${said}`)
  }
  return wrong
}
