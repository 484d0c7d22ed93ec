import { randomInt } from 'node:crypto'
import t, { type Test } from 'tap'
import { hasCode } from '../../../src/db/client.js'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { sealLog, tamper, tellEvents, verifyAll } from '../../helpers/sealed-log.js'
import { COLUMNS, changeSlightly, IS_SEALED } from '../../helpers/slight-changes.js'

const EVENTS = 6

/** An organization with a sealed log; the n-th of its last events, from 1, is `events[n]`. */
async function sealedLog(t: Test) {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps } = app
  const { id } = await app.organization()
  await sealLog(deps)
  const ids = await tellEvents(deps, { organizationId: id, count: EVENTS, now: START })
  await sealLog(deps)
  await tellEvents(deps, { organizationId: id, now: START })
  const events = ['', ...ids]
  const eventIs = (index: number) => `id = '${idToUuid('evt', events[index] ?? '')}'`
  const isPersonal = (index: number) => eventIs(index).replace('id', 'event_id')
  const isSeal = (number: number) =>
    `organization_id = '${idToUuid('org', id)}' and number = ${number}`
  t.match(await verifyAll(deps), { findings: [], notes: [], unsealed: 1 })
  return { deps, id, events, eventIs, isPersonal, isSeal }
}

type Log = Awaited<ReturnType<typeof sealedLog>>

const setEvent = (set: string) => (log: Log) => [`update events set ${set} where ${log.eventIs(3)}`]
const setLeaf = (path: string, leaf: string) => (log: Log) => [
  `update event_personal set leaves = jsonb_set(leaves, '{${path}}', ${leaf})
    where ${log.isPersonal(3)}`
]
const changed = ({ events }: Log) => [`changed: ${events[3]} of seal 2`]

/** Of a property that holds for whatever is drawn. */
const ROUNDS = 60

const CASES: readonly [string, (log: Log) => string[], (log: Log) => string[]][] = [
  ['what it tells', setEvent(`data = '{"step": 9}'`), changed],
  ['what changed', setEvent(`changes = '{}'`), changed],
  ['when it was', setEvent(`occurred_at = occurred_at - interval '1 microsecond'`), changed],
  ['its type', setEvent(`type = 'organization.created'`), changed],
  ['by which kind of actor', setEvent(`actor_type = 'system'`), changed],
  ['about what', setEvent(`subject_id = 'org_x'`), changed],
  ['in which request', setEvent('request_id = null'), changed],
  ['under which version', setEvent('policy_version = 2'), changed],
  ['the name of its actor', setLeaf('actor_name,0', `'"Eva"'`), changed],
  ['a value and its salt', setLeaf('actor_name', `'["Eva", "salt"]'`), changed],
  ['a value, as if erased', setLeaf('actor_name', `'["Eva", null, "hash"]'`), changed],
  [
    'a value, as if erased, by its own hash',
    (log) => [
      `update event_personal set leaves = jsonb_set(leaves, '{actor_name}', jsonb_build_array('Eva',
        null, translate(rtrim(encode(sha256(convert_to((leaves #>> '{actor_name,1}') || '."Ana"', 'UTF8')),
          'base64'), '='), '+/', '-_'))) where ${log.isPersonal(3)}`
    ],
    changed
  ],
  [
    'its address is left out',
    (log) => [`update event_personal set leaves = leaves - 'ip' where ${log.isPersonal(3)}`],
    changed
  ],
  ['something personal is put in', setLeaf('data.note', `'["sold", "salt"]'`), changed],
  [
    'all that is personal is gone',
    (log) => [`delete from event_personal where ${log.isPersonal(3)}`],
    changed
  ],
  [
    'it is kept for another time',
    (log) => [`update events set keep_until = '2050-01-01Z' where ${log.eventIs(3)}`],
    ({ events }) => [
      `missing: 1 of seal 2, between ${events[2]} and ${events[4]}`,
      `added: ${events[3]} at`
    ]
  ],
  [
    'one is deleted',
    (log) => [`delete from events where ${log.eventIs(3)}`],
    ({ events }) => [`missing: 1 of seal 2, between ${events[2]} and ${events[4]}`]
  ],
  [
    'the first and the last of a seal are deleted',
    (log) => [`delete from events where ${log.eventIs(1)} or ${log.eventIs(EVENTS)}`],
    ({ events }) => [
      `missing: 1 of seal 2, between its beginning and ${events[2]}`,
      `missing: 1 of seal 2, between ${events[5]} and its end`
    ]
  ],
  [
    'two have changed places',
    (log) => [
      `update events set position = (select sum(position) from events
        where ${log.eventIs(3)} or ${log.eventIs(4)}) - position
        where ${log.eventIs(3)} or ${log.eventIs(4)}`
    ],
    ({ events }) => [`changed: ${events[4]} of seal 2`, `changed: ${events[3]} of seal 2`]
  ],
  [
    'one is put in at the place of another',
    (log) => [
      `insert into events select organization_id, gen_random_uuid(), keep_until, position, type,
        occurred_at, actor_type, actor_id, subject_type, subject_id, data, changes, request_id,
        policy_version from events where ${log.eventIs(3)}`
    ],
    () => ['added: evt_']
  ],
  [
    'one is put in where nothing was',
    (log) => [
      `insert into events select organization_id, gen_random_uuid(), keep_until, -1, type,
        occurred_at, actor_type, actor_id, subject_type, subject_id, data, changes, request_id,
        policy_version from events where ${log.eventIs(3)}`
    ],
    () => ['added: evt_']
  ],
  [
    'the first seal is gone',
    (log) => [`delete from event_seals where ${log.isSeal(1)}`],
    () => ['seal: 1 is missing', 'added: evt_']
  ],
  [
    'the first seal is gone, and the second is made to look like a checkpoint',
    (log) => [
      `delete from event_seals where ${log.isSeal(1)}`,
      `update event_seals set digests = null where ${log.isSeal(2)}`
    ],
    () => ['seal: 1 is missing', 'seal: 2 has lost its events before 9999', 'added: evt_']
  ],
  [
    'a seal is made of other events, without the key',
    (log) => [
      `update events set data = '{}' where ${log.eventIs(3)}`,
      `update event_seals set digests = sha256('x'), root = sha256(sha256('x')), event_count = 1,
        hash = sha256('y') where ${log.isSeal(2)}`
    ],
    () => ['seal: 2 does not say what it said', 'seal: 2 has a signature that is not ours']
  ],
  [
    'a signature is another',
    (log) => [
      `update event_seals set signature = set_byte(signature, 3, get_byte(signature, 3) # 1)
        where ${log.isSeal(2)}`
    ],
    () => ['seal: 2 has a signature that is not ours']
  ],
  [
    'a seal is said to be signed with a key that is gone',
    (log) => [`update event_seals set key_id = 'k9' where ${log.isSeal(2)}`],
    () => ['seal: 2 does not say what it said', 'seal: 2 and all after it are signed with a key']
  ],
  [
    'a seal names another before it',
    (log) => [`update event_seals set previous_hash = hash where ${log.isSeal(2)}`],
    () => ['seal: 2 does not follow the one before it', 'seal: 2 does not say what it said']
  ],
  [
    'the log is said to be sealed less far',
    () => ['update event_sealing set position = 0'],
    () => ['seal: the log was sealed up to']
  ]
]

const TABLES = ['events', 'event_personal', 'event_seals', 'event_sealing']
const KEEP = TABLES.map((table) => `create table kept_${table} as table ${table}`)
const RESTORE = TABLES.flatMap((table) => [
  `delete from ${table}`,
  `insert into ${table} select * from kept_${table}`
])

await t.test('whatever somebody changes is found', async (t) => {
  const log = await sealedLog(t)
  await tamper(log.deps, ...KEEP)
  for (const [what, statements, findings] of CASES) {
    await t.test(what, async (t) => {
      await tamper(log.deps, ...statements(log))
      const found = (await verifyAll(log.deps, { organizationId: log.id })).findings
      for (const one of findings(log)) {
        t.ok(
          found.some((line) => line.startsWith(one)),
          `${one}; found: ${found.join('; ')}`
        )
      }
      if (findings === changed) t.same(found, changed(log), 'that one alone')
      await tamper(log.deps, ...RESTORE)
    })
  }
  t.match(await verifyAll(log.deps), { findings: [], unsealed: 1 })
})

await t.test('that the newest are cut off shows against a noted head', async (t) => {
  const { deps, id, isSeal } = await sealedLog(t)
  const { head } = await verifyAll(deps, { organizationId: id })
  t.match(head, { number: 2, hash: /^[0-9a-f]{64}$/ })
  if (!head) return
  t.same((await verifyAll(deps, { organizationId: id, head })).findings, [])
  const another = { number: 1, hash: head.hash }
  t.same((await verifyAll(deps, { organizationId: id, head: another })).findings, [
    'head: seal 1 is another'
  ])
  await tamper(
    deps,
    `delete from events using event_seals s where ${isSeal(2).replaceAll(/\b(org|num)/g, 's.$1')}
      and events.organization_id = s.organization_id and position >= first_position`,
    `delete from event_seals where ${isSeal(2)}`
  )
  t.same((await verifyAll(deps, { organizationId: id })).findings, [])
  t.same((await verifyAll(deps, { organizationId: id, head })).findings, [
    'head: seal 2 is not there'
  ])
})

await t.test('any single byte that somebody changes is found', async (t) => {
  const { deps, id } = await sealedLog(t)
  await tamper(deps, ...KEEP)
  const organization = `organization_id = '${idToUuid('org', id)}'`
  for (let round = 0; round < ROUNDS; round += 1) {
    const seed = randomInt(2 ** 31)
    const { column, table, type } = COLUMNS[seed % COLUMNS.length] as (typeof COLUMNS)[number]
    const where = `${organization} and ${IS_SEALED[table]}`
    const done = await changeSlightly(deps, { column, table, type, seed, where })
    const { findings } = await verifyAll(deps, { organizationId: id })
    if (done) t.not(findings.length, 0, `${table}.${column} with ${seed}`)
    await tamper(deps, ...RESTORE)
  }
  t.same((await verifyAll(deps)).findings, [])
})

await t.test('the log is only added to', async (t) => {
  const { deps, eventIs } = await sealedLog(t)
  const refused = [
    `update events set data = '{}' where ${eventIs(1)}`,
    `delete from events where ${eventIs(1)}`,
    `delete from events_forever where ${eventIs(1)}`,
    'truncate events',
    'truncate events_forever'
  ]
  for (const statement of refused) {
    const failed = await deps.db.execute(statement).catch((error: unknown) => error)
    t.ok(hasCode(failed, 'P0001'), statement)
  }
  t.match(await verifyAll(deps), { findings: [], unsealed: 1 })
})
