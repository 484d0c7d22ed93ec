import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { createAccount, OVER, restoring, typesOf } from '../../helpers/reassignments.js'

await t.test('DELETE {o}/members/{member_id}/reassignment', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, member } = app
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('gives the account back to its holder, and kills the link', async (t) => {
    const account = await createAccount(app)
    const { holder, candidate, reassign, cancel, access, invitation, story } = account
    const before = await account.read()
    const heir = candidate()
    const offer = await reassign(heir.email)
    const { status, body } = await cancel()
    t.equal(status, 200)
    t.same(body, { ...before, invitation_id: offer.invitation.id }, 'as it was')
    t.equal(await access(holder.as), 200)
    t.equal((await invitation(offer.invitation.id)).status, 'canceled')
    t.match(await heir.accept(offer.token), { status: 410, body: { code: 'invitation_canceled' } })
    const events = await story()
    t.same(typesOf(events), [
      'reassignment.started',
      'invitation.canceled',
      'reassignment.canceled'
    ])
    t.match(events[2], {
      subject: { id: holder.id },
      data: {
        invitation_id: offer.invitation.id,
        email: heir.email,
        from: { email: holder.email }
      },
      changes: { status: ['reassignment_pending', 'active'] }
    })
  })

  await t.test('does not lapse any more, and can be started again', async (t) => {
    const { holder, candidate, reassign, cancel, access, read } = await createAccount(app)
    const heir = candidate()
    await reassign(heir.email)
    await cancel()
    clock.now = OVER
    t.equal((await read()).status, 'active')
    t.equal(await access(holder.as), 200)
    const { answer, token } = await reassign(heir.email)
    t.equal(answer.status, 200)
    t.equal((await heir.accept(token)).status, 200)
  })

  await t.test('also after the candidate has declined, or let the time pass', async (t) => {
    const one = await createAccount(app)
    const heir = one.candidate()
    await heir.decline((await one.reassign(heir.email)).token)
    t.equal((await one.cancel()).body.status, 'active')
    t.equal(await one.access(one.holder.as), 200)

    const two = await createAccount(app)
    const { invitation } = await two.reassign(two.candidate().email)
    clock.now = OVER
    t.equal((await two.cancel()).body.status, 'active')
    t.equal((await two.invitation(invitation.id)).status, 'expired')
    t.same(typesOf(await two.story()), [
      'reassignment.started',
      'invitation.expired',
      'reassignment.timed_out',
      'reassignment.canceled'
    ])
  })

  await t.test('where nothing is pending there is nothing to cancel', async (t) => {
    const { path, candidate, reassign, cancel, story } = await createAccount(app)
    t.match(await cancel(), {
      status: 409,
      body: { code: 'reassignment_not_pending', member_status: 'active' }
    })
    t.same(await story(), [])
    const heir = candidate()
    await heir.accept((await reassign(heir.email)).token)
    t.equal((await cancel()).status, 409, 'the new holder is not put out')
    await call('DELETE', `${path}?confirm=true`)
    t.match(await cancel(), { status: 409, body: { member_status: 'removed' } })
  })

  await t.test('nor where time has given the account back already', async (t) => {
    const { candidate, reassign, cancel, story } = await createAccount(app, await restoring(app))
    await reassign(candidate().email)
    clock.now = OVER
    t.match(await cancel(), { status: 409, body: { member_status: 'active' } })
    t.same(typesOf(await story()), ['reassignment.started'])
  })

  await t.test('is for whoever may reassign the account', async (t) => {
    const { org, candidate, reassign, cancel, read } = await createAccount(app)
    await reassign(candidate().email)
    const plain = await member(org.path)
    t.match(await cancel({ actor: plain.as }), { status: 403, body: { code: 'not_permitted' } })
    t.equal((await read()).status, 'reassignment_pending')
    t.equal((await cancel({ actor: org.as })).status, 200)
  })

  await t.test('the offer itself is not canceled as an invitation', async (t) => {
    const { org, candidate, reassign, read } = await createAccount(app)
    const { invitation } = await reassign(candidate().email)
    const path = `${org.path}/invitations/${invitation.id}?confirm=true`
    t.match(await call('DELETE', path), { status: 409, body: { code: 'reassignment_offer' } })
    t.equal((await read()).status, 'reassignment_pending')
  })
})
