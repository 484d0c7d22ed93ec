import t from 'tap'
import { expireInvitations } from '../../../src/features/invitations/expire-invitations.sweep.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import {
  createAccount,
  LAST_INSTANT,
  OVER,
  restoring,
  typesOf
} from '../../helpers/reassignments.js'

await t.test('a reassignment that nobody accepts in time', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, invite } = app
  const sweep = () => expireInvitations.run(deps)
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('stays pending where the policy keeps it, and that is told once', async (t) => {
    const account = await createAccount(app)
    const { holder, candidate, reassign, read, access, story, invitation } = account
    const heir = candidate()
    const offer = await reassign(heir.email)
    clock.now = LAST_INSTANT
    t.equal(await sweep(), 0)
    clock.now = new Date(OVER.getTime() + DAY_MS)
    const before = await read()
    t.equal((await invitation(offer.invitation.id)).status, 'expired', 'before any sweep')
    t.equal(await sweep(), 1)
    t.equal(await sweep(), 0)
    t.match(before, { status: 'reassignment_pending', user_id: holder.userId })
    t.same(await read(), { ...before, updated_at: clock.now.toISOString() })
    t.equal(await access(holder.as), 'actor_suspended')
    t.match(await invitation(offer.invitation.id), {
      status: 'expired',
      ended_at: OVER.toISOString()
    })
    const events = await story()
    t.same(typesOf(events), [
      'reassignment.started',
      'invitation.expired',
      'reassignment.timed_out'
    ])
    t.match(events[2], {
      actor: { type: 'system' },
      subject: { type: 'member', id: holder.id },
      data: {
        restored: false,
        invitation_id: offer.invitation.id,
        email: heir.email,
        from: { user_id: holder.userId, email: holder.email }
      },
      changes: {}
    })
  })

  await t.test('is its holder’s again where the policy restores it', async (t) => {
    const account = await createAccount(app, await restoring(app))
    const { org, holder, candidate, reassign, read, access, story } = account
    const heir = candidate()
    const { token } = await reassign(heir.email)
    clock.now = LAST_INSTANT
    t.equal(await access(holder.as), 'actor_suspended')
    clock.now = OVER
    t.equal(await access(holder.as), 200, 'from that instant on, before any sweep')
    t.equal((await read()).status, 'active')
    const { body: active } = await call('GET', `${org.path}/members?status=active`)
    t.equal(active.data.length, 2)
    const { body: summary } = await call('GET', `${org.path}/summary`)
    t.match(summary.members, { active: 2, reassignment_pending: 0 })
    t.match(await heir.accept(token), { status: 410, body: { code: 'invitation_expired' } })

    t.equal(await sweep(), 1)
    t.equal(await sweep(), 0)
    t.equal(await access(holder.as), 200)
    t.match((await story()).slice(1), [
      { type: 'invitation.expired' },
      {
        type: 'reassignment.timed_out',
        data: { restored: true, email: heir.email },
        changes: { status: ['reassignment_pending', 'active'] }
      }
    ])
  })

  for (const swept of [false, true]) {
    const when = swept ? 'after the sweep' : 'before any sweep'
    await t.test(`${when} a restored account is reassigned from the beginning`, async (t) => {
      const account = await createAccount(app, await restoring(app))
      const { holder, candidate, reassign, story, access } = account
      await reassign(candidate().email)
      clock.now = OVER
      if (swept) await sweep()
      const next = candidate()
      const { answer, token } = await reassign(next.email)
      t.equal(answer.status, 200)
      t.same(typesOf(await story()), [
        'reassignment.started',
        'invitation.expired',
        'reassignment.timed_out',
        'reassignment.started'
      ])
      t.equal(await access(holder.as), 'actor_suspended')
      t.equal(await sweep(), 0, 'nothing is left to write down')
      t.equal((await next.accept(token)).status, 200)
    })

    await t.test(`${when} a kept one is given to the next, who may accept`, async (t) => {
      const { candidate, reassign, story } = await createAccount(app)
      await reassign(candidate().email)
      clock.now = OVER
      if (swept) await sweep()
      const next = candidate()
      const { token } = await reassign(next.email)
      t.same(typesOf(await story()), [
        'reassignment.started',
        'invitation.expired',
        'reassignment.timed_out',
        'reassignment.redirected'
      ])
      t.equal(await sweep(), 0)
      t.equal((await next.accept(token)).status, 200)
    })
  }

  await t.test('a restored member that was changed since stays what it is', async (t) => {
    const policy = await policyLike(app, 'surveymonkey', {
      reassignment: { enabled: true, on_timeout: 'restore' },
      suspension: { enabled: true }
    })
    const suspended = await createAccount(app, policy)
    await suspended.reassign(suspended.candidate().email)
    const removed = await createAccount(app, policy)
    await removed.reassign(removed.candidate().email)
    clock.now = OVER
    t.equal((await call('POST', `${suspended.path}/suspend`)).status, 200)
    await call('DELETE', `${removed.path}?confirm=true`)
    t.equal(await sweep(), 0, 'what time had done was written down before')
    t.equal((await suspended.read()).status, 'suspended')
    t.match((await suspended.story()).slice(-2), [
      { type: 'reassignment.timed_out', data: { restored: true } },
      { type: 'member.suspended', changes: { status: ['active', 'suspended'] } }
    ])
    t.equal((await removed.read()).status, 'removed')
    t.match((await removed.story()).at(-1), { changes: { status: ['active', 'removed'] } })
  })

  await t.test('one sweep does both kinds, in every organization', async (t) => {
    const [kept, restored] = [
      await createAccount(app),
      await createAccount(app, await restoring(app))
    ]
    await kept.reassign(kept.candidate().email)
    await restored.reassign(restored.candidate().email)
    const seat = await invite(kept.org.path, 'late@sm.test')
    clock.now = OVER
    t.equal(await sweep(), 3)
    t.equal((await kept.read()).status, 'reassignment_pending')
    t.equal((await restored.read()).status, 'active')
    const { body } = await call('GET', `${kept.org.path}/members/${seat.invitation.member_id}`)
    t.equal(body.status, 'invitation_expired')
  })
})
