import { eq } from 'drizzle-orm'
import { creditTransfers } from '../../src/db/tables/credits.js'
import { type Answer, type Call, START, type TestApp } from '../helpers/app.js'
import {
  type Body,
  type Credits,
  conservation,
  creditsOf,
  setMode,
  teamWithCredits
} from '../helpers/credits.js'
import { type Chance, chance } from './chance.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const CLIENTS = 8
const REQUESTS = 14
/** What a busy team may be told; anything else, above all a 5xx, is wrong. */
const TELLABLE = new Set([200, 201, 409, 410, 422])

interface Told {
  readonly id: string
  readonly kind: string
}

/** A team whose credits many clients move at the same time, over several instances. */
export async function startCrowd(app: TestApp, calls: readonly Call[], mode: string) {
  app.clock.now = START
  const org = await teamWithCredits(app, { members: 5, pool: 2_000 })
  await setMode(app.deps.db, org.id, mode)
  for (const member of org.members) await org.allocate(member, 150)
  const clients = Array.from({ length: CLIENTS }, (_, n) =>
    creditsOf(calls[n % calls.length] ?? app.call, org.path)
  )
  const setUp = await transfersOf(app, org.id)
  return {
    app,
    org,
    clients,
    /** By id, what was answered as done. */
    done: new Map<string, Told>(setUp.map(({ id, kind }) => [id, { id, kind }])),
    /** Those of which it was answered that they were done just now. */
    made: new Set<string>(),
    /** By key, what is sent under it, and the answers that it was done now. */
    keys: new Map<string, { readonly body: Body; readonly ids: string[]; created: number }>(),
    wrong: [] as string[]
  }
}
type Crowd = Awaited<ReturnType<typeof startCrowd>>

const transfersOf = ({ deps }: TestApp, id: string) =>
  deps.db.select().from(creditTransfers).where(eq(creditTransfers.organizationId, id))

/** All clients at once; answers with everything that is wrong afterwards. */
export async function playRound(crowd: Crowd, seed: number): Promise<readonly string[]> {
  const { app, org, clients, keys } = crowd
  const shared = chance(seed)
  app.clock.now = new Date(app.clock.now.getTime() + shared.below(2) * HOUR_MS)
  // The same keys for all clients, each for one thing.
  for (let n = 0; n < 6; n += 1) {
    const body = wish(crowd, shared)
    if (body) keys.set(app.unique('shared'), { body, ids: [], created: 0 })
  }
  await Promise.all(clients.map((client, n) => playClient(crowd, client, chance(seed + n + 1))))
  return [
    ...crowd.wrong,
    ...(await conservation(app.deps.db, org.id)),
    ...(await compareHistory(crowd))
  ]
}

async function playClient(crowd: Crowd, client: Credits, random: Chance): Promise<void> {
  for (let n = 0; n < REQUESTS; n += 1) {
    const what = random.below(12)
    if (what === 0) await passTime(crowd, random)
    else if (what === 1) await client.get('credits')
    else if (what < 4) await sendShared(crowd, client, random)
    else if (what < 6) await sendBatch(crowd, client, random)
    else await sendOne(crowd, client, random)
  }
}

/** So little at once that what somebody is just asking for is not over yet. */
async function passTime({ app }: Crowd, random: Chance): Promise<void> {
  app.clock.now = new Date(app.clock.now.getTime() + random.below(6) * MINUTE_MS)
}

function wish({ app, org, done }: Crowd, random: Chance): Body | undefined {
  const amount = 1 + random.below(30)
  const member_id = random.pick(org.members)
  const others = org.members.filter((member) => member !== member_id)
  const expires_at = new Date(
    app.clock.now.getTime() + (1 + random.below(3)) * HOUR_MS
  ).toISOString()
  const of = (...kinds: readonly string[]) =>
    random.pick([...done.values()].filter(({ kind }) => kinds.includes(kind)).slice(-12))?.id
  const [hold, spend] = [of('hold'), of('spend', 'capture')]
  const wishes: readonly (Body | undefined)[] = [
    { kind: 'top_up', amount: amount * 4 },
    { kind: 'top_up', amount: amount * 4, expires_at, priority: 1 + random.below(99) },
    { kind: 'allocate', member_id, amount },
    { kind: 'reclaim', member_id, amount },
    { kind: 'move', member_id, to_member_id: random.pick(others), amount },
    { kind: 'spend', member_id, amount },
    { kind: 'spend', amount },
    { kind: 'hold', member_id, amount, expires_at },
    { kind: 'hold', member_id, amount, expires_at },
    hold === undefined ? undefined : { kind: 'capture', transfer_id: hold, amount: 1 + amount / 2 },
    hold === undefined ? undefined : { kind: 'capture', transfer_id: hold },
    hold === undefined ? undefined : { kind: 'release', transfer_id: hold },
    spend === undefined ? undefined : { kind: 'refund', transfer_id: spend, amount: 1 },
    spend === undefined ? undefined : { kind: 'refund', transfer_id: spend }
  ]
  const wished = random.pick(wishes)
  const whole = wished?.['amount']
  return typeof whole === 'number' ? { ...wished, amount: Math.floor(whole) } : wished
}

async function sendOne(crowd: Crowd, client: Credits, random: Chance): Promise<void> {
  const body = wish(crowd, random)
  if (!body) return
  const key = random.below(2) === 0 ? undefined : crowd.app.unique('own')
  if (key !== undefined) crowd.keys.set(key, { body, ids: [], created: 0 })
  const answer = await client.transfer(body, key)
  note(crowd, answer, key)
  if (key !== undefined && random.below(3) === 0) note(crowd, await client.transfer(body, key), key)
}

/** Several at the same moment, and whoever else has it in mind. */
async function sendShared(crowd: Crowd, client: Credits, random: Chance): Promise<void> {
  const [key, known] = random.pick([...crowd.keys].slice(-20)) ?? []
  const ends = known?.body['expires_at']
  if (!known || (typeof ends === 'string' && Date.parse(ends) <= crowd.app.clock.now.getTime())) {
    return
  }
  const answers = await Promise.all([0, 1].map(() => client.transfer(known.body, key)))
  for (const answer of answers) note(crowd, answer, key)
}

async function sendBatch(crowd: Crowd, client: Credits, random: Chance): Promise<void> {
  const wishes = Array.from({ length: 2 + random.below(6) }, () => wish(crowd, random))
  const seen = new Set<unknown>()
  const bodies = wishes.flatMap((body) => {
    const of = body?.['transfer_id']
    if (!body || (of !== undefined && seen.has(of))) return []
    seen.add(of)
    return [body]
  })
  if (bodies.length === 0) return
  const keyed = bodies.map((body) => {
    const idempotency_key = crowd.app.unique('item')
    crowd.keys.set(idempotency_key, { body, ids: [], created: 0 })
    return { ...body, idempotency_key }
  })
  const answer = await client.batch(keyed, { all_or_nothing: random.below(3) === 0 })
  if (answer.status !== 200) crowd.wrong.push(`a batch was answered ${answer.status}`)
  else for (const item of answer.body.data) noteItem(crowd, item)
}

interface Item {
  readonly status: string
  readonly transfer?: {
    readonly id: string
    readonly kind: string
    readonly idempotency_key: string
  }
}

function noteItem(crowd: Crowd, { status, transfer }: Item): void {
  if (transfer) noteDone(crowd, transfer, status === 'created', transfer.idempotency_key)
}

function note(crowd: Crowd, { status, headers, body }: Answer, key: string | undefined): void {
  if (!TELLABLE.has(status)) crowd.wrong.push(`${status} ${JSON.stringify(body)}`)
  if (status === 201) noteDone(crowd, body, headers.get('idempotent-replayed') === null, key)
}

function noteDone(crowd: Crowd, told: Told, isNew: boolean, key: string | undefined): void {
  if (isNew && crowd.made.has(told.id)) crowd.wrong.push(`${told.id} was done twice`)
  if (isNew) crowd.made.add(told.id)
  crowd.done.set(told.id, { id: told.id, kind: told.kind })
  const known = key === undefined ? undefined : crowd.keys.get(key)
  if (!known) return
  known.ids.push(told.id)
  if (isNew) known.created += 1
}

/** Whether what was answered is what was written. */
async function compareHistory({ app, org, done, keys }: Crowd): Promise<string[]> {
  const rows = await transfersOf(app, org.id)
  const written = new Set(rows.map(({ id }) => id))
  const byKey = new Map(rows.map((row) => [row.idempotencyKey, row.id]))
  // The rest of a capture, and what time has done, was answered to nobody.
  const asked = rows.filter(
    ({ actorType, kind, endsHold }) => actorType !== 'system' && (kind !== 'release' || endsHold)
  )
  return [
    ...[...done.keys()].filter((id) => !written.has(id)).map((id) => `${id} is lost`),
    ...asked.filter(({ id }) => !done.has(id)).map(({ id }) => `${id} was answered to nobody`),
    ...[...keys].flatMap(([key, answers]) => faultOf(key, byKey.get(key), answers))
  ]
}

interface Answers {
  readonly ids: readonly string[]
  readonly created: number
}

function faultOf(key: string, own: string | undefined, { ids, created }: Answers): string[] {
  const isOne = own === undefined ? ids.length === 0 : ids.every((id) => id === own)
  if (!isOne) return [`under ${key} there is ${own}, and was answered ${ids.join(', ')}`]
  return own === undefined || created === 1 ? [] : [`${key} was done ${created} times`]
}
