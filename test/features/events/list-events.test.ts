import { sql } from 'drizzle-orm'
import t from 'tap'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, START, type TestApp } from '../../helpers/app.js'
import {
  explain,
  FOREVER,
  fillLog,
  NO_MONTH,
  rowsRead,
  statementsOf
} from '../../helpers/event-log.js'

const typesOf = (body: { data: { type: string }[] }) => body.data.map(({ type }) => type)

await t.test('GET {o}/events', async (t) => {
  const { call, organization, invite, accept, member } = await createTestApp(t)

  await t.test('tells newest first who did what to whom, under which policy', async (t) => {
    const org = await organization()
    const { body: sent, headers } = await call('POST', `${org.path}/invitations`, {
      actor: org.as,
      body: { emails: 'ana@events.test', send_email: false }
    })
    const { body } = await call('GET', `${org.path}/events`)
    t.match(body.data[0], {
      type: 'member.invited',
      organization_id: org.id,
      actor: { type: 'member', name: 'Olga' },
      subject: { type: 'member', id: sent.data[0].invitation.member_id },
      data: { email: 'ana@events.test', role: 'member' },
      request_id: headers.get('x-request-id'),
      policy_version: 1,
      origin: null
    })
    t.same(typesOf(body), ['member.invited', 'member.joined', 'organization.created'])
  })

  await t.test('filters by type and subject, and refuses a type that is none', async (t) => {
    const org = await organization()
    const { invitation } = await invite(org.path, 'one@events.test')
    await invite(org.path, 'two@events.test')
    const subject = String(invitation.member_id)
    const { body } = await call(
      'GET',
      `${org.path}/events?type=member.invited&subject_id=${subject}`
    )
    t.equal(body.data.length, 1)
    const all = await call('GET', `${org.path}/events?type=member.*&subject_type=member`)
    t.same(typesOf(all.body), ['member.invited', 'member.invited', 'member.joined'])
    t.same((await call('GET', `${org.path}/events?subject_type=group`)).body.data, [])
    for (const type of ['member.exploded', 'memb*', 'member.jo*', '%', 'member_%.*', '']) {
      const query = new URLSearchParams({ type }).toString()
      t.equal((await call('GET', `${org.path}/events?${query}`)).status, 400, type)
    }
  })

  await t.test('by a type as it is written: an underscore stands for itself', async (t) => {
    const org = await organization()
    await call('POST', `${org.path}/signup-pages`, { body: { max_signups: 1 } })
    t.same(typesOf((await call('GET', `${org.path}/events?type=signup_page.*`)).body), [
      'signup_page.created'
    ])
    t.same((await call('GET', `${org.path}/events?type=signup.*`)).body.data, [])
  })

  await t.test('by who did it: a key, a member, or a person by the host’s id', async (t) => {
    const org = await organization()
    const { token } = await invite(org.path, 'ana@events.test')
    await accept(token, { id: 'mem_mine', email: 'ana@events.test' })
    await call('PATCH', org.path, { actor: org.as, body: { name: 'Renamed' } })
    const { body: all } = await call('GET', `${org.path}/events?limit=100`)
    const actors = new Set<string>()
    for (const { actor } of all.data as { actor: { type: string; id: string } }[]) {
      for (const query of [`actor_type=${actor.type}`, `actor_id=${actor.id}`]) {
        const { body } = await call('GET', `${org.path}/events?limit=100&${query}`)
        const [name = '', value] = query.split('=')
        const field = name.replace('actor_', '')
        t.same(
          body.data,
          all.data.filter((one: { actor: Record<string, string> }) => one.actor[field] === value),
          query
        )
      }
      actors.add(actor.type)
    }
    t.same([...actors].sort(), ['api_key', 'member', 'user'])
    const both = await call('GET', `${org.path}/events?actor_type=member&actor_id=mem_mine`)
    t.same(both.body.data, [], 'a person of the host is no member of ours')
  })

  await t.test(
    'finds by the host’s id what looks like one of ours, if it is told so',
    async (t) => {
      const org = await organization()
      const id = `mem_${'0'.repeat(26)}`
      const { token } = await invite(org.path, 'ana@events.test')
      await accept(token, { id, email: 'ana@events.test' })
      const found = async (query: string) =>
        (await call('GET', `${org.path}/events?${query}`)).body.data.length as number
      t.ok((await found(`actor_type=user&actor_id=${id}`)) > 0)
      t.equal(await found(`actor_id=${id}`), 0)
    }
  )

  await t.test('by when it happened: from an instant on, and before one', async (t) => {
    const app = await createTestApp(t, { eventsByHand: true })
    const { path } = await app.organization()
    app.clock.now = new Date('2030-02-01T00:00:00.000Z')
    await app.call('PATCH', path, { body: { name: 'One' } })
    app.clock.now = new Date('2030-03-01T00:00:00.000Z')
    await app.call('PATCH', path, { body: { name: 'Two' } })
    const names = async (query: string) => {
      const { body } = await app.call('GET', `${path}/events?type=organization.updated&${query}`)
      return body.data.map(
        (one: { changes: { name: string[] } }) => one.changes.name[1]
      ) as string[]
    }
    t.same(await names('from=2030-02-01T00:00:00Z&to=2030-03-01T00:00:00Z'), ['One'])
    t.same(await names('from=2030-02-01T01:00:00.001%2B01:00'), ['Two'])
    t.same(await names('to=2030-02-01T00:00:00.001Z'), ['One'])
    t.same(await names('from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z'), ['Two', 'One'])
    t.equal((await app.call('GET', `${path}/events?from=yesterday`)).status, 400)
  })

  await t.test('by a fragment of whatever it tells, and of nothing else', async (t) => {
    const org = await organization({ name: 'Großhandel 100% "Ü"' })
    await invite(org.path, 'Ana.Banana@events.test')
    await call('PATCH', org.path, { actor: org.as, body: { name: 'snake_case\\' } })
    const { path } = org
    const found = async (q: string) => {
      const { status, body } = await call('GET', `${path}/events?q=${encodeURIComponent(q)}`)
      return status === 200 ? typesOf(body).sort() : status
    }
    t.same(await found('banana@EVENTS'), ['member.invited'])
    t.same(await found('100% "'), ['organization.created', 'organization.updated'])
    t.same(await found('0%'), ['organization.created', 'organization.updated'])
    t.same(await found('e_c'), ['organization.updated'])
    t.same(await found('case\\'), ['organization.updated'])
    t.same(await found('n_n'), [], 'an underscore is no wildcard')
    t.same(await found('olga'), ['organization.updated'], 'the actor’s name too')
    t.same(await found('salt'), [])
    t.same(await found('data.email'), [], 'names of fields are no text')
    t.equal(await found(''), 400)
    t.equal(await found('x'.repeat(101)), 400)
  })

  await t.test('never mixes organizations, and is for roles that may look', async (t) => {
    const [one, two] = [await organization(), await organization()]
    await invite(one.path, 'only@one.test')
    const { body } = await call('GET', `${two.path}/events?type=member.invited`)
    t.same(body.data, [])
    t.same((await call('GET', `${two.path}/events?q=only@one`)).body.data, [])
    const plain = await member(one.path)
    t.equal((await call('GET', `${one.path}/events`, { actor: plain.as })).status, 403)
  })

  await t.test('counts what matches, also behind the last page', async (t) => {
    const org = await organization()
    for (const name of ['A', 'B', 'C']) await call('PATCH', org.path, { body: { name } })
    const at = `${org.path}/events?type=organization.updated&include_total=true&limit=3`
    const { body } = await call('GET', at)
    t.match(body, { total: 3, has_more: false })
    const last = Buffer.from(String(body.data[2].id)).toString('base64url')
    const { body: behind } = await call('GET', `${at}&cursor=${last}`)
    t.same(behind, { data: [], has_more: false, next_cursor: null, total: 3 })
  })
})

await t.test('pages go on where the one before ended', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { call, deps, organization } = app

  await t.test('across parts of the log', async (t) => {
    const org = await organization()
    for (const keepUntil of [FOREVER, NO_MONTH, FOREVER, NO_MONTH]) {
      await fillLog(deps.db, org.id, { count: 3, keepUntil })
    }
    const whole = await walk(app, org.path, 100)
    t.equal(whole.length, 14)
    for (const limit of [1, 2, 5]) t.same(await walk(app, org.path, limit), whole)
  })

  await t.test('also when the retention of its last event is over meanwhile', async (t) => {
    const org = await organization()
    for (const name of ['A', 'B', 'C', 'D']) await call('PATCH', org.path, { body: { name } })
    const at = `${org.path}/events?type=organization.updated`
    const { body: first } = await call('GET', `${at}&limit=2`)
    await deps.db.transaction(async (tx) => {
      await tx.execute(sql`set local muster.retention = 'over'`)
      await tx.execute(sql`delete from events where id = ${idToUuid('evt', first.data[1].id)}`)
    })
    const { body: next } = await call('GET', `${at}&cursor=${String(first.next_cursor)}`)
    t.same(
      next.data.map((one: { changes: { name: string[] } }) => one.changes.name[1]),
      ['B', 'A']
    )
  })
})

async function walk({ call }: TestApp, path: string, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (let query = ''; ; ) {
    const { body } = await call('GET', `${path}/events?limit=${limit}${query}`)
    ids.push(...body.data.map(({ id }: { id: string }) => id))
    if (body.next_cursor === null || ids.length > 1_000) return ids
    query = `&cursor=${String(body.next_cursor)}`
  }
}

await t.test('of a large log only what is asked for is read', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { call, deps, databaseUrl } = app
  const org = await app.organization()
  for (const keepUntil of [FOREVER, NO_MONTH]) {
    await fillLog(deps.db, org.id, { count: 60_000, keepUntil })
  }
  const { body } = await call('GET', `${org.path}/events?limit=100`)
  const member = `mem_${'7'.padStart(26, '0')}`
  const questions = {
    nothing: '',
    'a page further on': `&cursor=${String(body.next_cursor)}`,
    'a subject': `&subject_id=${member}`,
    'a subject and a type': `&subject_id=${member}&type=member.*`,
    'an actor': `&actor_id=${member}`,
    'an actor of a type': `&actor_type=member&actor_id=${member}`,
    'a person': '&actor_id=u_500',
    'since when': `&from=${new Date(START.getTime() + 1).toISOString()}`
  }
  for (const [name, query] of Object.entries(questions)) {
    const asked = await statementsOf(t, () => call('GET', `${org.path}/events?limit=20${query}`))
    const own = asked.filter(({ text }) => text.includes('from events e'))
    t.equal(own.length, 1, `${name}: is one statement`)
    for (const mode of ['force_custom_plan', 'force_generic_plan'] as const) {
      const plans = await explain(databaseUrl, own[0] ?? { text: '', values: [] }, mode)
      const whole = plans.filter((plan) => plan['Node Type'] === 'Seq Scan')
      t.same(whole, [], `${name}: no table is read as a whole, ${mode}`)
      t.ok(rowsRead(plans) < 15_000, `${name}: ${rowsRead(plans)} rows, ${mode}`)
    }
  }
})
