import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import t from 'tap'
import { type EventRecord, selectEvents } from '../../../src/features/events/queries.js'
import { type IdPrefix, idToUuid, uuidToId } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { type Game, startGame, step, take } from './grants-play.js'

const SEED = 20_261_126
const RUNS = 8
const STEPS = 50

type Row = Record<string, unknown>

/** What an event tells, in the words of the model. */
function wordsOf({ type, subjectId, data, changes }: EventRecord): string {
  const [, name = ''] = type.split('.')
  const holder = data['member_id'] ?? data['group_id']
  const [before, after] = changes['mode'] ?? []
  switch (name) {
    case 'granted':
    case 'revoked':
      return `${name} ${subjectId} ${String(holder)} ${String(before)} ${String(after)}`
    case 'handed_over':
      return [name, subjectId, data['from_member_id'], data['to_member_id'], data['mode']].join(' ')
    case 'created':
    case 'deleted':
      return `${name} ${subjectId}`
    default:
      return `${name} ${subjectId} ${String(holder)}`
  }
}

const same = (what: string, said: readonly string[], expected: readonly string[]): string[] =>
  said.join('\n') === expected.join('\n')
    ? []
    : [`${what}: [${said.join(' | ')}] instead of [${expected.join(' | ')}]`]

/** Holds the database beside the model, and both to what must always be so. */
async function compare(game: Game, last: { position: string }): Promise<string[]> {
  const { app, team, model } = game
  const { db } = app.deps
  const org = idToUuid('org', team.id)
  const read = async (columns: string, table: string) =>
    (
      await db.execute<Row>(
        sql`select ${sql.raw(columns)} from ${sql.raw(table)} where organization_id = ${org}`
      )
    ).rows
  const id = (prefix: IdPrefix, row: Row, column: string) => uuidToId(prefix, String(row[column]))
  const grants = await read('*', 'resource_grants')
  const shares = await read('*', 'resource_group_grants')
  const owners = await read('*', 'resource_owners')
  const events = await selectEvents(db, {
    where: sql`e.organization_id = ${org} and e.type like 'resource.%'
      and e.position > ${last.position}::bigint`,
    order: 'asc',
    limit: 1_000
  })
  last.position = String(events.at(-1)?.position ?? last.position)
  const fact = (row: Row, prefix: IdPrefix, column: string) =>
    `${id('res', row, 'resource_id')} ${id(prefix, row, column)}`
  const withMode = (facts: ReadonlyMap<string, string>) =>
    [...facts].map(([one, mode]) => `${one} ${mode}`).sort()
  const lines = (rows: readonly Row[], prefix: IdPrefix, column: string) =>
    rows.map((row) => `${fact(row, prefix, column)} ${String(row['mode'])}`).sort()
  const registered = await read(`id, status`, 'resources')
  const charged = await read('id, status, charged_resources', 'members')
  const wrong = [
    ...same('grants', lines(grants, 'mem', 'member_id'), withMode(model.grants)),
    ...same('shares', lines(shares, 'grp', 'group_id'), withMode(model.shares)),
    ...same(
      'owners',
      owners.map((row) => fact(row, 'mem', 'member_id')).sort(),
      [...model.owners].sort()
    ),
    ...same(
      'resources',
      registered.map((row) => `${id('res', row, 'id')} ${String(row['status'])}`).sort(),
      [...model.resources]
        .map((one) => `${one} ${model.requested.has(one) ? 'requested' : 'active'}`)
        .sort()
    ),
    ...same('events', events.map(wordsOf).sort(), model.takeTold())
  ]
  const alone = grants.filter((row) => row['mode'] === 'exclusive')
  for (const { resource_id: resource } of alone) {
    const all = [...grants, ...shares].filter((row) => row['resource_id'] === resource)
    if (all.length > 1) wrong.push(`${String(resource)} is not held alone`)
  }
  for (const row of charged) {
    const own = grants.filter((grant) => grant['member_id'] === row['id'])
    const count = own.filter((grant) => grant['mode'] !== 'read_only').length
    if (row['charged_resources'] !== count)
      wrong.push(`${String(row['id'])}: charged is not ${count}`)
    const owned = owners.filter((owner) => owner['member_id'] === row['id'])
    if (row['status'] === 'removed' && own.length + owned.length > 0) {
      wrong.push(`${String(row['id'])} is gone and has something`)
    }
  }
  return wrong
}

await t.test('whatever is done, who has what is what was told, and held alone if so', async (t) => {
  const app = await createTestApp(t)
  const outcomes = new Map<string, number>()
  const property = fc.asyncProperty(
    fc.array(step, { minLength: STEPS, maxLength: STEPS }),
    async (steps) => {
      app.clock.now = START
      const game = await startGame(app)
      const last = { position: '0' }
      for (const [index, one] of steps.entries()) {
        const { said, expected } = await take(game, one)
        const name = `${one.verb} ${said}`
        outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
        const place = `step ${index}, ${JSON.stringify(one)}`
        if (said !== expected) throw new Error(`${place}: ${said} instead of ${expected}`)
        const wrong = await compare(game, last)
        if (wrong.length > 0) throw new Error(`${place}: ${wrong.join('; ')}`)
      }
    }
  )
  const run = await fc.check(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  t.notOk(run.failed, `${String(run.errorInstance)} ${JSON.stringify(run.counterexample)}`)
  for (const name of [
    'grant ok',
    'grant resource_held',
    'grant not_found',
    'grant resource_holder_removed',
    'share mode_exclusive',
    'share ok',
    'own ok',
    'drop ok',
    'end_group ok',
    'invite ok',
    'invite unknown_resource',
    'again ok',
    'cancel ok',
    'remove ok',
    'hand_over ok'
  ]) {
    t.ok(outcomes.has(name), name)
  }
})
