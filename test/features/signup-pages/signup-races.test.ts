import { eq, sql } from 'drizzle-orm'
import t from 'tap'
import { organizations } from '../../../src/db/tables/organizations.js'
import { type Answer, createTestApp, START } from '../../helpers/app.js'
import { inTurn, interleave } from '../../helpers/locks.js'
import { signupStories } from '../../helpers/signup-pages.js'

const codes = (answers: readonly Answer[]) =>
  answers.map(({ status, body }) => body.code ?? status).sort()

await t.test('two at once on signup pages', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, organization, invite } = app
  const { openPage, ask } = signupStories(app)
  const count = async (path: string, rest: string): Promise<number> =>
    (await call('GET', `${path}/${rest}`)).body.data.length

  await t.test('the last place of a page: exactly one gets it', async (t) => {
    const { id, path } = await organization()
    const { slug, read } = await openPage(path, { max_signups: 2 })
    await ask(slug, 'first@races.test')
    const answers = await inTurn(deps.db, id, [
      () => ask(slug, 'ana@races.test'),
      () => ask(slug, 'bo@races.test')
    ])
    t.same(codes(answers), [202, 'signup_page_full'])
    t.match(await read(), { status: 'full', signup_count: 2 })
    t.equal(await count(path, 'invitations'), 2)
    t.equal(await count(path, 'events?type=signup_page.filled'), 1)
  })

  await t.test('ten for one place', async (t) => {
    const { path } = await organization()
    const { slug, read } = await openPage(path, { max_signups: 1 })
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => ask(slug, `p${n}@races.test`))
    )
    t.equal(answers.filter(({ status }) => status === 202).length, 1)
    t.equal((await read()).signup_count, 1)
    t.equal(await count(path, 'invitations'), 1)
  })

  await t.test('the last seat, by two pages: exactly one gets it', async (t) => {
    const { id, path } = await organization({ billing: { seats: 2 } })
    const [one, two] = [await openPage(path), await openPage(path)]
    const answers = await inTurn(deps.db, id, [
      () => ask(one.slug, 'ana@seats.test'),
      () => ask(two.slug, 'bo@seats.test')
    ])
    t.same(codes(answers), [202, 'seats_exhausted'])
    t.same([(await one.read()).signup_count, (await two.read()).signup_count], [1, 0])
    const { body } = await call('GET', `${path}/summary`)
    t.match(body.seats, { used: 2, available: 0 })
  })

  await t.test('the last seat, by a page and by the team', async (t) => {
    const { id, path } = await organization({ billing: { seats: 2 } })
    const { slug } = await openPage(path)
    const [invited, asked] = await inTurn(deps.db, id, [
      async () => (await invite(path, 'ana@team.test')).answer,
      () => ask(slug, 'bo@team.test')
    ])
    t.match([invited?.status, asked?.body.code], [201, 'seats_exhausted'])
  })

  await t.test('the same address twice: one invitation, counted once', async (t) => {
    const { id, path } = await organization()
    const { slug, read } = await openPage(path, { max_signups: 2 })
    const answers = await inTurn(deps.db, id, [
      () => ask(slug, 'ana@same.test'),
      () => ask(slug, 'ANA@same.test')
    ])
    t.same(codes(answers), [202, 202])
    t.equal((await read()).signup_count, 1)
    t.equal(await count(path, 'invitations?email=ana@same.test'), 1)
  })

  await t.test('whoever asks while the page is being disabled', async (t) => {
    const { id, path } = await organization()
    const { slug, at, read } = await openPage(path)
    const [disabled, asked] = await inTurn(deps.db, id, [
      () => call('POST', `${at}/disable`),
      () => ask(slug, 'ana@late.test')
    ])
    t.match([disabled?.status, asked?.body.code], [200, 'signup_page_disabled'])
    t.equal((await read()).signup_count, 0)
  })

  await t.test('whoever asks while the maximum is being raised is counted in it', async (t) => {
    const { id, path } = await organization()
    const { slug, at, read } = await openPage(path, { max_signups: 2 })
    await ask(slug, 'ana@raise.test')
    const [asked] = await inTurn(deps.db, id, [
      () => ask(slug, 'bo@raise.test'),
      () => call('PATCH', at, { body: { max_signups: 3 } })
    ])
    t.equal(asked?.status, 202)
    t.match(await read(), { signup_count: 2, max_signups: 3, status: 'active' })
  })

  await t.test('whoever asks while the organization is being deleted', async (t) => {
    const { id, path } = await organization()
    const { slug } = await openPage(path)
    const answer = await interleave(deps.db, id, {
      request: () => ask(slug, 'ana@gone.test'),
      meanwhile: (tx) =>
        tx
          .update(organizations)
          .set({ status: 'deleted', deletedAt: START })
          .where(eq(organizations.id, id))
    })
    t.equal(answer.body.code, 'not_found')
    const { rows } = await deps.db.execute(sql`
      select 1 from signups where email_key = 'ana@gone.test'`)
    t.same(rows, [])
  })
})
