import fc from 'fast-check'
import t from 'tap'
import { type Answer, createTestApp, type TestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { lastPosition, makeTwin, type Person, type Twin, toldOf } from './twins.js'

const SEED = 20_261_126
const RUNS = 60
const NOBODY = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'

const label = (word: string) => ({ en: word, fr: word })
const KINDS = [
  {
    key: 'number',
    label: label('Number'),
    modes: [
      { key: 'shared', label: label('Shared') },
      { key: 'alone', label: label('Alone'), exclusive: true }
    ]
  }
]
const COUNTED = ['invited', 'active', 'reassignment_pending']
/** Everything that a policy can leave to a call, and everything is paid for. */
const RICH = {
  billing: { credit_on_removal: true, resources_included: 0 },
  suspension: { enabled: true },
  reassignment: { enabled: true, lifetime: 'P7D', on_timeout: 'restore' },
  removal: { handover: 'optional', data: ['keep', 'delete'] },
  invitations: { cancel_by: ['removal', 'cancel'], cancel_from: ['pending', 'expired'] },
  resources: { kinds: KINDS, held_max: 3 }
}
const POLICIES = [
  ...['standard', 'openphone', 'oupi', 'ampliphi', 'respondio', 'surveymonkey'],
  ...['per_member', 'prepaid', 'hard_cap']
]

const person: fc.Arbitrary<Person> = fc.record({
  role: fc.constantFrom(0, 0, 1, 2, 3, 4),
  state: fc.constantFrom(
    ...([
      'active',
      'active',
      'active',
      'active',
      'suspended',
      'invited',
      'lapsed',
      'removed',
      'reassigned'
    ] as const)
  ),
  resources: fc.uniqueArray(fc.nat(2), { maxLength: 2 }),
  isGrouped: fc.boolean()
})

const play = fc.record({
  policy: fc.constantFrom(...POLICIES),
  people: fc.array(person, { minLength: 5, maxLength: 9 }),
  action: fc.constantFrom(
    ...['change_role', 'suspend', 'reactivate', 'remove'],
    ...['change_role', 'suspend', 'remove', 'remove'],
    ...['grant', 'revoke', 'add_to_group', 'remove_from_group']
  ),
  /** Null: the host. */
  actor: fc.constantFrom(null, null, 0, 0, 0, 1, 2),
  order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 6 }),
  pick: fc.nat(6),
  isConfirmed: fc.constantFrom(true, true, true, false),
  isFurther: fc.boolean()
})
type Play = typeof play extends fc.Arbitrary<infer T> ? T : never

/** What the call says beside whom it is about. */
function fieldsOf({ action, pick, isFurther }: Play, twin: Twin): Record<string, string> {
  const { roles, memberIds, resourceIds, groupId: group_id } = twin
  const resource = resourceIds[pick % resourceIds.length] ?? 'res_01jd3v8k2ffb5t0m5r6w9x7y3z'
  const role = roles[pick % roles.length] ?? ''
  const basic: Record<string, Record<string, string>> = {
    change_role: { role },
    grant: { resource },
    revoke: { resource },
    add_to_group: { group_id },
    remove_from_group: { group_id }
  }
  const further: Record<string, Record<string, string>> = {
    change_role: { expected_role: roles.at(-1) ?? '' },
    remove: { handover_to: memberIds[pick] ?? NOBODY, data: 'keep' },
    grant: { mode: 'alone' }
  }
  return { ...basic[action], ...(isFurther ? further[action] : {}) }
}

/** The owner, the others and somebody who is not there, in any order. */
function targetsOf({ order }: Play, { memberIds }: Twin): string[] {
  const all = [...memberIds, NOBODY]
  return [...new Set(order.map((place) => all[place % all.length] ?? NOBODY))]
}

const optionsOf = ({ actor }: Play, { memberIds }: Twin) => {
  const id = actor === null ? undefined : memberIds[actor % memberIds.length]
  return id === undefined ? {} : { actor: `member:${id}`, headers: { 'muster-channel': 'web' } }
}

/** The same one after the other: the code of each, `ok` where it was not refused. */
async function oneByOne({ call }: TestApp, play: Play, twin: Twin): Promise<string[]> {
  const codes: string[] = []
  const { role, expected_role, resource, mode, group_id, ...query } = fieldsOf(play, twin)
  const confirm = new URLSearchParams({ ...query, confirm: String(play.isConfirmed) })
  const options = optionsOf(play, twin)
  for (const id of targetsOf(play, twin)) {
    const at = `${twin.path}/members/${id}`
    const grant = `${twin.path}/resources/${String(resource)}/grants/${id}`
    const place = `${twin.path}/groups/${String(group_id)}/members/${id}`
    const asked: Record<string, () => Promise<Answer>> = {
      change_role: () =>
        call('PATCH', `${at}?${String(confirm)}`, { ...options, body: { role, expected_role } }),
      suspend: () => call('POST', `${at}/suspend?${String(confirm)}`, options),
      reactivate: () => call('POST', `${at}/reactivate`, options),
      remove: () => call('DELETE', `${at}?${String(confirm)}`, options),
      grant: () => call('PUT', grant, { ...options, body: { mode } }),
      revoke: () => call('DELETE', grant, options),
      add_to_group: () => call('PUT', place, options),
      remove_from_group: () => call('DELETE', place, options)
    }
    const answer = await asked[play.action]?.()
    codes.push(answer?.status === 200 ? 'ok' : String(answer?.body.code))
  }
  return codes
}

interface Item {
  readonly problem?: { readonly code: string }
}

async function atOnce({ call }: TestApp, play: Play, twin: Twin): Promise<string[]> {
  const member_ids = targetsOf(play, twin)
  const body = { action: play.action, ...fieldsOf(play, twin), member_ids }
  const path = `${twin.path}/members/bulk?confirm=${String(play.isConfirmed)}`
  const answer = await call('POST', path, { ...optionsOf(play, twin), body })
  return answer.status === 200
    ? answer.body.data.map(({ problem }: Item) => problem?.code ?? 'ok')
    : member_ids.map(() => answer.body.code)
}

await t.test('many at once are the same as one after the other', async (t) => {
  const app = await createTestApp(t)
  const keys = new Map<string, string>()
  for (const mode of ['per_member', 'prepaid', 'hard_cap']) {
    const seats = { mode, counted: COUNTED, ...(mode === 'hard_cap' ? { limit: 50 } : {}) }
    keys.set(mode, await policyLike(app, 'standard', { ...RICH, seats }))
  }
  const seen = new Map<string, number>()
  const property = fc.asyncProperty(play, async (play) => {
    const policy = keys.get(play.policy) ?? play.policy
    const [many, single] = [
      await makeTwin(app, policy, play.people),
      await makeTwin(app, policy, play.people)
    ]
    const since = await lastPosition(app)
    const codes = [await atOnce(app, play, many), await oneByOne(app, play, single)]
    const [all = [], each = []] = codes
    for (const code of all) seen.set(code, (seen.get(code) ?? 0) + 1)
    // Whoever may do it to nobody is not told who is there.
    const told = all.every((code) => code === 'not_permitted')
      ? each.map((code) => (code === 'not_found' ? 'not_permitted' : code))
      : each
    const before = t.passing()
    t.same(all, told, `${play.action} under ${play.policy}`)
    t.same(await toldOf(app, many, since), await toldOf(app, single, since))
    if (before && !t.passing()) throw new Error(JSON.stringify(play))
  })
  const run = await fc.check(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  t.notOk(run.failed, `${String(run.errorInstance)} ${JSON.stringify(run.counterexample)}`)
  t.ok((seen.get('ok') ?? 0) > RUNS, 'enough was done')
  t.ok(seen.size > 8, `and refused for many reasons: ${[...seen.keys()].join(', ')}`)
})
