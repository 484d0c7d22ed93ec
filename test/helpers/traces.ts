import { sql } from 'drizzle-orm'
import { idToUuid } from '../../src/ids.js'
import type { TestApp } from './app.js'
import { creditsOf } from './credits.js'
import { placeResources } from './grants.js'
import { policyLike } from './policies.js'

const FIELDS = ['name', 'role', 'email', 'avatar_url']

/** What must be nowhere once Quirin is erased. */
export const GONE = [
  'u_quirin',
  'quirin',
  'Quirin',
  'Quast',
  'Quandt',
  'invited.test',
  'first.test',
  'second.test',
  'third.test',
  'crm-other',
  'by the window',
  'near the door',
  'his thesis',
  'his illness',
  'a gift of his',
  '203.0.113.77',
  'Browser/77',
  '05:06:07'
]

/** What is of whoever has a seat of his by now. */
export const KEPT = ['u_heir', 'heir@kept.test', 'Hedda Heir', '203.0.113.88', 'Browser/88']

/** A person who has left traces wherever one can, and of whom nothing is left in any team. */
export async function leaveTraces(app: TestApp) {
  const { call, clock, deps, invite, accept } = app
  const policy = await policyLike(app, 'oupi', {
    member_fields: FIELDS,
    reassignment: { enabled: true },
    invitations: { email_must_match: false, fields: { message: 'optional' } },
    seats: {
      mode: 'hard_cap',
      limit: 10,
      counted: ['active', 'invited', 'suspended', 'reassignment_pending']
    }
  })
  const dissociating = await policyLike(app, 'oupi', {
    member_fields: FIELDS,
    removal: { username: 'dissociated' },
    invitations: { email_must_match: false }
  })
  const ok = async (method: string, path: string, options = {}) => {
    const { status, body } = await call(method, path, options)
    if (status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(body)}`)
    clock.now = new Date(clock.now.getTime() + 1_000)
    return body
  }
  const by = (actor: string, n: string) => ({
    actor,
    headers: { 'muster-actor-ip': `203.0.113.${n}`, 'muster-actor-user-agent': `Browser/${n}` }
  })
  const person = { id: 'u_quirin', email: 'quirin@first.test', name: 'Quirin Quast' }

  /** Joins as an administrator and does something there. */
  async function join(path: string, fields = {}) {
    const { token, answer } = await invite(path, 'quirin@invited.test', {
      role: 'admin',
      ...fields
    })
    const { status, body } = await accept(token, person)
    if (status !== 200) throw new Error(JSON.stringify([answer.body, body]))
    clock.now = new Date(clock.now.getTime() + 1_000)
    await ok('POST', `${path}/groups`, { ...by('user:u_quirin', '77'), body: { name: 'Writers' } })
    return { id: body.id as string, path: `${path}/members/${String(body.id)}` }
  }

  // One that they were removed from, after everything that can befall a member.
  const one = await app.organization({ policy })
  const credits = creditsOf(call, one.path)
  const own = await join(one.path, {
    name: 'Quirinus',
    external_id: 'crm-quirin',
    metadata: { desk: 'by the window' },
    message: 'Welcome, dear Quirin!'
  })
  const { userId: boId, id: bo } = await app.member(one.path)
  await ok('PATCH', own.path, { body: { email: 'Quirin@Second.test' } })
  await ok('PATCH', own.path, { body: { avatar_url: 'https://cdn.test/quirin-1.png' } })
  await ok('PATCH', '/v1/users/u_quirin', {
    body: {
      email: 'quirin@third.test',
      avatar_url: 'https://cdn.test/quirin-2.png',
      name: 'Q. Quandt'
    }
  })
  await ok('PATCH', own.path, {
    body: { external_id: 'crm-other', metadata: { desk: 'near the door' } }
  })
  await deps.db.execute(sql`
    update members set last_sign_in_at = ${'2030-01-01T05:06:07Z'}
    where id = ${idToUuid('mem', own.id)}`)
  const group = await ok('POST', `${one.path}/groups`, { body: { name: 'Design' } })
  await ok('PUT', `${one.path}/groups/${String(group.id)}/members/${own.id}`)
  const place = placeResources(app)
  const [held, owned] = [await place(one.id), await place(one.id)]
  await held.grant(own.id, 'member')
  await owned.own(own.id)
  const transfer = (body: Record<string, unknown>) =>
    ok('POST', `${one.path}/credit-transfers`, { body })
  await credits.topUp(1_000)
  await transfer({ kind: 'allocate', member_id: own.id, amount: 300, reason: 'for his thesis' })
  await transfer({ kind: 'allocate', member_id: bo, amount: 100, reason: 'for the handbook' })
  await transfer({
    kind: 'spend',
    member_id: own.id,
    amount: 20,
    reference: 'essay of Quirin',
    metadata: { about: 'his illness' }
  })
  await transfer({
    kind: 'move',
    member_id: own.id,
    to_member_id: bo,
    amount: 30,
    reason: 'a gift of his'
  })
  await deps.db.execute(sql`
    insert into kept_mails (id, message_id, recipient, sealed, created_at)
    select gen_random_uuid(), address, address, '', now()
    from unnest(array['quirin@first.test', 'quirin@second.test', 'quirin@third.test']) address`)

  // One whose seat another person has by now, who does things too.
  const two = await app.organization({ policy })
  const taken = await join(two.path)
  const { link } = await ok('POST', `${taken.path}/reassign`, {
    body: { email: 'heir@kept.test', name: 'Hedda Heir', send_email: false }
  })
  const heir = { id: 'u_heir', email: 'heir@kept.test', name: 'Hedda Heir' }
  await accept(String(link).split('/').at(-1) ?? '', heir)
  clock.now = new Date(clock.now.getTime() + 1_000)
  await ok('POST', `${two.path}/groups`, { ...by('user:u_heir', '88'), body: { name: 'Readers' } })

  // And one that took their name off when they were removed.
  const three = await app.organization({ policy: dissociating })
  const nameless = await join(three.path)
  await ok('PATCH', nameless.path, { body: { avatar_url: 'https://cdn.test/quirin-3.png' } })

  const told = await ok('GET', '/v1/users/u_quirin/export')
  await ok('DELETE', `${own.path}?confirm=true`)
  await ok('DELETE', `${nameless.path}?confirm=true`)
  return { one, two, three, own, taken, nameless, bo, boId, told, held, owned, group, credits, ok }
}
