import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { signupStories } from '../../helpers/signup-pages.js'

await t.test('the list of signup pages', async (t) => {
  const app = await createTestApp(t)
  const { call, organization } = app
  const { openPage, ask } = signupStories(app)

  await t.test('the list, newest first, by status', async (t) => {
    const { path } = await organization()
    const pages = [await openPage(path), await openPage(path), await openPage(path)]
    await call('POST', `${pages[0]?.at}/disable`)
    for (const n of [1, 2]) await ask(pages[1]?.slug ?? '', `p${n}@list.test`)
    const list = async (query = '') =>
      (await call('GET', `${path}/signup-pages${query}`)).body.data.map(
        ({ id }: { id: string }) => id
      )
    const [disabled, full, active] = pages.map(({ id }) => id)
    t.same(await list(), [active, full, disabled])
    t.same(await list('?status=disabled'), [disabled])
    t.same(await list('?status=full'), [full])
    t.same(await list('?status=active'), [active])
    t.same(await list('?limit=1'), [active])
  })
})
