import t, { type Test } from 'tap'
import { expireInvitations } from '../../../src/features/invitations/expire-invitations.sweep.js'
import { type Answer, createTestApp, START } from '../../helpers/app.js'
import { inTurn } from '../../helpers/locks.js'
import {
  createAccount,
  LAST_INSTANT,
  OVER,
  restoring,
  typesOf
} from '../../helpers/reassignments.js'

await t.test('commands that meet at an account which is reassigned', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, invite } = app
  t.beforeEach(() => {
    clock.now = START
  })

  /** An account with one candidate, and a way to let requests wait and go on in their order. */
  async function pending(policy?: string) {
    const account = await createAccount(app, policy)
    const heir = account.candidate()
    const { token, invitation } = await account.reassign(heir.email)
    return {
      ...account,
      heir,
      token,
      invitationId: invitation.id as string,
      accept: () => heir.accept(token),
      remove: () => call('DELETE', `${account.path}?confirm=true`),
      meet: (...requests: (() => Promise<Answer>)[]) => inTurn(deps.db, account.org.id, requests)
    }
  }
  const same = (t: Test, answers: readonly Answer[], expected: readonly unknown[][]) => {
    t.same(
      answers.map(({ status, body }) => [status, body.code]),
      expected
    )
  }

  await t.test(
    'accepted, then reassigned: the new holder is locked in favour of the next',
    async (t) => {
      const { holder, heir, accept, reassign, candidate, meet, read, access } = await pending()
      const next = candidate()
      const answers = await meet(accept, async () => (await reassign(next.email)).answer)
      same(t, answers, [
        [200, undefined],
        [200, undefined]
      ])
      t.match(await read(), { status: 'reassignment_pending', user_id: heir.id })
      t.equal(await access(heir.as), 'actor_suspended')
      t.equal(await access(holder.as), 'actor_not_member')
    }
  )

  await t.test('reassigned, then accepted by the one before: the link was dead', async (t) => {
    const { holder, accept, reassign, candidate, meet, read } = await pending()
    const next = candidate()
    const answers = await meet(async () => (await reassign(next.email)).answer, accept)
    same(t, answers, [
      [200, undefined],
      [410, 'invitation_canceled']
    ])
    t.match(await read(), { status: 'reassignment_pending', user_id: holder.userId })
  })

  await t.test('accepted, then canceled: there is nothing left to cancel', async (t) => {
    const { heir, accept, cancel, meet, read } = await pending()
    same(t, await meet(accept, cancel), [
      [200, undefined],
      [409, 'reassignment_not_pending']
    ])
    t.match(await read(), { status: 'active', user_id: heir.id })
  })

  await t.test('canceled, then accepted: the account stays its holder’s', async (t) => {
    const { holder, accept, cancel, meet, read } = await pending()
    same(t, await meet(cancel, accept), [
      [200, undefined],
      [410, 'invitation_canceled']
    ])
    t.match(await read(), { status: 'active', user_id: holder.userId })
  })

  await t.test('accepted, then removed: the new holder is removed', async (t) => {
    const { heir, accept, remove, meet, story } = await pending()
    same(t, await meet(accept, remove), [
      [200, undefined],
      [200, undefined]
    ])
    t.match((await story()).at(-1), { type: 'member.removed', data: { user_id: heir.id } })
  })

  await t.test('removed, then accepted: there is no account to take over', async (t) => {
    const { holder, accept, remove, meet, read, story } = await pending()
    same(t, await meet(remove, accept), [
      [200, undefined],
      [410, 'invitation_canceled']
    ])
    t.equal((await read()).status, 'removed')
    t.match((await story()).at(-1), { type: 'member.removed', data: { user_id: holder.userId } })
  })

  await t.test('accepted and declined at once: whichever came first', async (t) => {
    const one = await pending()
    const decline = (of: typeof one) => () => of.heir.decline(of.token)
    same(t, await one.meet(one.accept, decline(one)), [
      [200, undefined],
      [409, 'invitation_already_accepted']
    ])
    const two = await pending()
    same(t, await two.meet(decline(two), two.accept), [
      [200, undefined],
      [410, 'invitation_declined']
    ])
  })

  await t.test('one link, two people: the second finds it accepted', async (t) => {
    const { heir, accept, token, meet, read } = await pending()
    const other = () => heir.accept(token, { id: 'u_other' })
    same(t, await meet(other, accept), [
      [200, undefined],
      [409, 'invitation_already_accepted']
    ])
    t.equal((await read()).user_id, 'u_other')
  })

  await t.test('two candidates for one account: one waits, the other is told', async (t) => {
    const { reassign, candidate, meet, story } = await pending()
    const [one, two] = [candidate(), candidate()]
    const ask = (email: string) => async () => (await reassign(email)).answer
    same(t, await meet(ask(one.email), ask(two.email)), [
      [200, undefined],
      [200, undefined]
    ])
    t.same(typesOf(await story()).slice(1), [
      'invitation.canceled',
      'reassignment.redirected',
      'invitation.canceled',
      'reassignment.redirected'
    ])
  })

  await t.test(
    'one candidate for two accounts, or invited too: the first offer counts',
    async (t) => {
      const { org, reassign, candidate, meet } = await pending()
      const invited = async (email: string) => (await invite(org.path, email)).answer
      const [one, two] = [candidate(), candidate()]
      const asked = async () => (await reassign(one.email)).answer
      same(t, await meet(asked, () => invited(one.email)), [
        [200, undefined],
        [409, 'already_invited']
      ])
      same(
        t,
        await meet(
          () => invited(two.email),
          async () => (await reassign(two.email)).answer
        ),
        [
          [201, undefined],
          [409, 'already_invited']
        ]
      )
    }
  )

  for (const policy of ['surveymonkey', 'restoring'] as const) {
    const start = async () => pending(policy === 'restoring' ? await restoring(app) : policy)
    const sweep = async (): Promise<Answer> => {
      const body = await expireInvitations.run(deps)
      return { status: 200, headers: new Headers(), body }
    }

    await t.test(
      `${policy}: accepted in the last instant, whenever the lock is given`,
      async (t) => {
        const { heir, accept, meet, read, story } = await start()
        clock.now = LAST_INSTANT
        const late = () => {
          clock.now = OVER
          return sweep()
        }
        const [accepted] = await meet(accept, late)
        t.equal(accepted?.status, 200)
        t.same(typesOf(await story()).slice(1), ['invitation.accepted', 'reassignment.completed'])
        t.match(await read(), { status: 'active', user_id: heir.id })
      }
    )

    await t.test(
      `${policy}: accepted at the end, with or without the sweep: too late`,
      async (t) => {
        const unswept = await start()
        clock.now = OVER
        same(t, await unswept.meet(unswept.accept, sweep), [
          [410, 'invitation_expired'],
          [200, undefined]
        ])
        clock.now = START
        const swept = await start()
        clock.now = OVER
        same(t, await swept.meet(sweep, swept.accept), [
          [200, undefined],
          [410, 'invitation_expired']
        ])
        for (const { read, holder } of [unswept, swept]) {
          const status = policy === 'restoring' ? 'active' : 'reassignment_pending'
          t.match(await read(), { status, user_id: holder.userId })
        }
      }
    )
  }

  await t.test('sent again while it runs out: the sweep finds it open', async (t) => {
    const { resend, invitationId, meet, read, story } = await pending()
    clock.now = OVER
    const again = async () => (await resend(invitationId)).answer
    const sweep = async () => ({ status: await expireInvitations.run(deps) }) as Answer
    const answers = await meet(again, sweep)
    t.same(
      answers.map(({ status }) => status),
      [200, 0]
    )
    t.equal((await read()).status, 'reassignment_pending')
    t.same(typesOf(await story()), [
      'reassignment.started',
      'invitation.expired',
      'reassignment.timed_out',
      'invitation.link_copied'
    ])
  })
})
