import t from 'tap'
import { type Answer, createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { watchTeam } from '../../helpers/as-of.js'
import { policyLike } from '../../helpers/policies.js'
import { createAccount, OVER } from '../../helpers/reassignments.js'

const PICTURE = 'https://cdn.acme.test/ana.png?v=2#face'

await t.test('PATCH {o}/members/{member_id}: who somebody is', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, organization, member, invite, accept, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const fields = ['name', 'role', 'resources', 'email', 'avatar_url']
  const free = await policyLike(app, 'standard', { member_fields: fields })
  const team = (policy = free) => organization({ policy })
  const patch = (path: string, id: string, body: unknown, actor?: string) =>
    call('PATCH', `${path}/members/${id}`, { body, ...(actor === undefined ? {} : { actor }) })
  const read = async (path: string, id: string) => (await call('GET', `${path}/members/${id}`)).body
  const told = async (path: string, id: string) =>
    (await call('GET', `${path}/events?type=member.updated`)).body.data.filter(
      ({ subject }: { subject: { id: string } }) => subject.id === id
    )
  const code = ({ status, body }: Answer) => [status, body.code]

  await t.test('another address, by which they are found from now on', async (t) => {
    const org = await team()
    const ana = await member(org.path, { name: 'Ana' })
    const email = `${unique('Ana.New')}@Élan.test`
    const { status, body } = await patch(org.path, ana.id, { email: `  ${email} ` }, org.as)
    t.match([status, body.email, body.user_id], [200, email, ana.userId])
    t.match(await told(org.path, ana.id), [
      {
        actor: { name: 'Olga' },
        data: { user_id: ana.userId, email: ana.email },
        changes: { email: [ana.email, email] }
      }
    ])
    const found = async (address: string) => {
      const query = `email=${encodeURIComponent(address)}`
      return (await call('GET', `${org.path}/members?${query}`)).body.data.length as number
    }
    t.equal(await found(email.toUpperCase()), 1, 'by its key')
    t.equal(await found(ana.email), 0)
  })

  await t.test('which is free for others then, and theirs is not', async (t) => {
    const org = await team()
    const ana = await member(org.path)
    const email = `${unique('ana')}@acme.test`
    await patch(org.path, ana.id, { email })
    t.same(code((await invite(org.path, email)).answer), [409, 'already_member'])
    const { token, invitation } = await invite(org.path, ana.email)
    t.ok(invitation)
    t.equal((await accept(token, { id: unique('u'), email: ana.email })).status, 200)
  })

  await t.test('the same in other letters changes what is written, and asks nobody', async (t) => {
    const org = await team()
    const ana = await member(org.path)
    const loud = ana.email.toUpperCase()
    t.match(await patch(org.path, ana.id, { email: loud }), { status: 200, body: { email: loud } })
    t.equal((await told(org.path, ana.id)).length, 1)
    t.match(await patch(org.path, ana.id, { email: loud }), { status: 200 })
    t.equal((await told(org.path, ana.id)).length, 1, 'the same again leaves no event')
  })

  await t.test('none that somebody has, or is offered something by', async (t) => {
    const org = await team()
    const [ana, bo, cy] = [await member(org.path), await member(org.path), await member(org.path)]
    const open = `${unique('open')}@acme.test`
    const { invitation } = await invite(org.path, open)
    const heir = `${unique('heir')}@acme.test`
    await call('POST', `${org.path}/members/${cy.id}/reassign`, {
      body: { email: heir, send_email: false }
    })
    const before = await read(org.path, ana.id)
    const refusals = [
      [bo.email.toUpperCase(), 'already_member', { member_id: bo.id }],
      [cy.email, 'already_member', { member_id: cy.id }],
      [open, 'already_invited', { invitation_id: invitation.id }],
      [heir, 'already_invited', { member_id: cy.id }]
    ] as const
    for (const [email, expected, details] of refusals) {
      const answer = await patch(org.path, ana.id, { email, name: 'Never' })
      t.same(code(answer), [409, expected], email)
      t.match(answer.body, details)
    }
    t.same(await read(org.path, ana.id), before, 'nothing was written')
    t.same(code(await patch(org.path, cy.id, { email: heir })), [409, 'already_invited'])
    const next = `${unique('next')}@acme.test`
    t.match(await patch(org.path, cy.id, { email: next }), {
      status: 200,
      body: { email: next, status: 'reassignment_pending' }
    })
  })

  await t.test('one that was offered a seat in vain is free, and the seat given up', async (t) => {
    const policy = await policyLike(app, 'standard', {
      member_fields: fields,
      invitations: { lifetime: 'P30D' }
    })
    const org = await team(policy)
    const ana = await member(org.path)
    const late = `${unique('late')}@acme.test`
    const { invitation } = await invite(org.path, late)
    clock.now = new Date(OVER.getTime() + DAY_MS)
    t.match(await patch(org.path, ana.id, { email: late }), { status: 200, body: { email: late } })
    t.match(await read(org.path, invitation.member_id), { status: 'removed', ended_by: 'canceled' })
  })

  await t.test('of somebody invited never: the offer is canceled, and made anew', async (t) => {
    const org = await team()
    const { invitation } = await invite(org.path, `${unique('open')}@acme.test`)
    const { id, member_id: memberId } = invitation
    const answer = await patch(org.path, memberId, { email: `${unique('b')}@acme.test` })
    t.same(code(answer), [409, 'invited_address'])
    t.match(answer.body, { invitation_id: id, member_status: 'invited' })
    const same = await patch(org.path, memberId, { email: invitation.email, name: 'Bo' })
    t.match(same, { status: 200, body: { name: 'Bo' } })
    await call('POST', `${org.path}/invitations/${id}/cancel`)
  })

  await t.test('nor of who was removed', async (t) => {
    const org = await team()
    const ana = await member(org.path)
    await call('DELETE', `${org.path}/members/${ana.id}`)
    const answer = await patch(org.path, ana.id, { email: `${unique('c')}@acme.test` })
    t.same(code(answer), [409, 'member_not_in_team'])
  })

  await t.test('a picture, or none', async (t) => {
    const org = await team()
    const ana = await member(org.path)
    const { status, body } = await patch(org.path, ana.id, { avatar_url: PICTURE }, org.as)
    t.match([status, body.avatar_url], [200, PICTURE])
    t.match(await patch(org.path, ana.id, { avatar_url: null }), { body: { avatar_url: null } })
    const [last, first] = await told(org.path, ana.id)
    t.same(first.changes, { avatar_url: [null, PICTURE] })
    t.same(last.changes, { avatar_url: [PICTURE, null] })
  })

  await t.test(
    'takes no picture that is not encrypted, too long, or tells a password',
    async (t) => {
      const org = await team()
      const ana = await member(org.path)
      const longest = `https://cdn.acme.test/${'a'.repeat(2_048 - 22)}`
      t.equal(longest.length, 2_048)
      t.equal((await patch(org.path, ana.id, { avatar_url: longest })).status, 200)
      for (const avatar_url of [
        'http://cdn.acme.test/a.png',
        'HTTPS://cdn.acme.test/a.png',
        'javascript:alert(1)',
        'data:image/png;base64,AAAA',
        '//cdn.acme.test/a.png',
        'https://',
        'https:///a.png',
        'https://ana:secret@cdn.acme.test/a.png',
        'https://ana@cdn.acme.test/a.png',
        'https://cdn.acme.test\\@evil.test/',
        'https://cdn.acme.test/a b',
        'https://cdn.acme.test/a\nb',
        'https://cdn.acme.test/"onload="x',
        'https://cdn.acme.test/\u0000',
        `${longest}a`,
        '',
        7
      ]) {
        const { status, body } = await patch(org.path, ana.id, { avatar_url })
        t.match([status, body.code], [400, 'invalid_request'], JSON.stringify(avatar_url))
      }
      for (const email of [
        '',
        'ana',
        'a@b',
        'a@b.c, d@e.f',
        'a@acme.test\r\nBcc: b@c.d',
        null,
        7
      ]) {
        const { status, body } = await patch(org.path, ana.id, { email })
        t.match([status, body.code], [400, 'invalid_request'], JSON.stringify(email))
      }
    }
  )

  await t.test('RIO-76: each only where the policy lets it be changed', async (t) => {
    for (const policy of [
      'standard',
      'oupi',
      'openphone',
      'surveymonkey',
      'respondio',
      'ampliphi'
    ]) {
      const org = await team(policy)
      const { body: all } = await call('GET', `${org.path}/members`)
      const { id } = all.data[0]
      const answer = await patch(org.path, id, { email: `${unique('x')}@acme.test` })
      t.same([...code(answer), answer.body.field], [422, 'field_not_editable', 'email'], policy)
      const picture = await patch(org.path, id, { avatar_url: PICTURE })
      if (policy === 'standard') t.equal(picture.status, 200)
      else t.same([...code(picture), picture.body.field], [422, 'field_not_editable', 'avatar_url'])
    }
  })

  await t.test('by who may edit members, and by nobody else', async (t) => {
    const org = await team()
    const [ana, bo] = [await member(org.path), await member(org.path)]
    for (const body of [{ email: `${unique('y')}@acme.test` }, { avatar_url: PICTURE }]) {
      t.same(code(await patch(org.path, ana.id, body, bo.as)), [403, 'not_permitted'])
    }
    const elsewhere = await team()
    t.equal((await patch(elsewhere.path, ana.id, { avatar_url: PICTURE })).status, 404)
    await call('POST', `${org.path}/cancel`)
    t.same(code(await patch(org.path, ana.id, { email: 'z@acme.test' })), [
      403,
      'organization_canceled'
    ])
  })

  await t.test('who belonged to the team on a day is told by the address of then', async (t) => {
    const org = await team()
    const ana = await member(org.path, { name: 'Ana' })
    const watched = watchTeam(app, org.path)
    const steps = [
      { email: `${unique('two')}@acme.test` },
      { email: `${unique('three')}@acme.test`, name: 'Ana Lima', avatar_url: PICTURE },
      { email: ana.email }
    ]
    for (const body of steps) {
      await watched.record()
      watched.pass()
      t.equal((await patch(org.path, ana.id, body)).status, 200)
    }
    await watched.record()
    watched.pass()
    await call('DELETE', `${org.path}/members/${ana.id}`)
    await watched.record()
    t.equal(watched.count(), 5)
    t.same(await watched.differences(), [])
  })

  await t.test(
    'an account that nobody took over is its holder’s by the address of now',
    async (t) => {
      const policy = await policyLike(app, 'surveymonkey', {
        member_fields: ['role', 'email'],
        reassignment: { enabled: true, lifetime: 'P30D', on_timeout: 'restore' }
      })
      const account = await createAccount(app, policy)
      await account.reassign(account.candidate().email)
      const email = `${unique('still')}@sm.test`
      t.equal((await call('PATCH', account.path, { body: { email } })).status, 200)
      clock.now = OVER
      t.match(await account.read(), { status: 'active', email })
    }
  )
})
