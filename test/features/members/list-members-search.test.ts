import t, { type Test } from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { fillMembers } from '../../helpers/crowd.js'

await t.test('GET {o}/members?q=', async (t) => {
  const { call, organization, invite, deps } = await createTestApp(t)
  const org = await organization()
  const people: Readonly<Record<string, string>> = {
    'elodie@search.test': 'Élodie D’Arc',
    'lukasz@search.test': 'Łukasz Strauß',
    'oeuvre@search.test': 'Œdipe Ærøskøbing',
    'jo.bo@acme-search.test': 'Jo Bo',
    'percent@search.test': 'Half 50% done_it \\o/',
    'wang@search.test': '王 小明',
    'ines+tag@search.test': 'Ine\u0301s O’Brien-Smith'
  }
  for (const [email, name] of Object.entries(people)) await invite(org.path, email, { name })

  const find = async (q: string, more = '', path = org.path) => {
    const query = `q=${encodeURIComponent(q)}${more}`
    const { status, body } = await call('GET', `${path}/members?${query}`)
    if (status !== 200) throw new Error(`${q}: ${status}`)
    return body.data.map(({ email }: { email: string }) => email) as string[]
  }
  const finds = async (t: Test, q: string, ...emails: string[]) => t.same(await find(q), emails, q)

  await t.test('finds people whatever their accents and capitals', async (t) => {
    for (const q of ['elo', 'ELODIE', 'Élodie', 'e\u0301lodie', 'élOdie d’a']) {
      await finds(t, q, 'elodie@search.test')
    }
    await finds(t, 'lukasz', 'lukasz@search.test')
    await finds(t, 'STRAUSS', 'lukasz@search.test')
    await finds(t, 'strauß', 'lukasz@search.test')
    await finds(t, 'oedipe', 'oeuvre@search.test')
    await finds(t, 'aeroskobing', 'oeuvre@search.test')
    await finds(t, 'inés', 'ines+tag@search.test')
  })

  await t.test('takes three letters or more as a fragment of name or address', async (t) => {
    await finds(t, 'odie', 'elodie@search.test')
    await finds(t, 'kasz str', 'lukasz@search.test')
    await finds(t, '@acme-', 'jo.bo@acme-search.test')
    await finds(t, 'o.b', 'jo.bo@acme-search.test')
    await finds(t, '+tag@', 'ines+tag@search.test')
    await finds(t, 'n-smi', 'ines+tag@search.test')
    t.equal((await find('search.test')).length, Object.keys(people).length)
    await finds(t, 'bo jo.')
  })

  await t.test('takes one or two as how a word of the name or the address begins', async (t) => {
    await finds(t, 'el', 'elodie@search.test')
    await finds(t, 'É', 'elodie@search.test')
    await finds(t, 'd’', 'elodie@search.test')
    await finds(t, 'bo', 'jo.bo@acme-search.test')
    await finds(t, 'wa', 'wang@search.test')
    await finds(t, '王', 'wang@search.test')
    await finds(t, '小', 'wang@search.test')
    await finds(t, '明')
    await finds(t, 'ch')
    await finds(t, ' st ', 'lukasz@search.test')
  })

  await t.test('takes every sign literally', async (t) => {
    await finds(t, '50%', 'percent@search.test')
    await finds(t, '0% d', 'percent@search.test')
    await finds(t, 'done_it', 'percent@search.test')
    await finds(t, 'doneXit')
    await finds(t, '%%%')
    await finds(t, '___')
    await finds(t, '%')
    await finds(t, '_o')
    await finds(t, '\\o/', 'percent@search.test')
    await finds(t, '\\', 'percent@search.test')
    await finds(t, '５０％', 'percent@search.test')
    await finds(t, "'; drop table members; --")
  })

  await t.test('stands whatever it is sent', async (t) => {
    for (const q of ['\u0301\u0301', ' ', '\n\t', '\u200d']) await finds(t, q)
    await finds(t, '🙂')
    await finds(t, '🙂🙂🙂🙂')
    await finds(t, 'ﷺ'.repeat(200))
    await finds(t, 'a'.repeat(200))
    for (const q of ['', 'a'.repeat(201), '%00', 'a%00b']) {
      const answer = await call('GET', `${org.path}/members?q=${q}`)
      t.match(answer, { status: 400, body: { code: 'invalid_request' } }, q)
    }
    t.equal((await call('GET', `${org.path}/members?q=%FF%FE`)).status < 500, true)
  })

  await t.test('finds nobody of another organization', async (t) => {
    const other = await organization()
    await invite(other.path, 'elodie@other.test', { name: 'Élodie' })
    await finds(t, 'elodie', 'elodie@search.test')
    t.same(await find('elodie', '', other.path), ['elodie@other.test'])
  })

  await t.test('finds the removed only where they are asked for', async (t) => {
    const { invitation } = await invite(org.path, 'gone.girl@search.test', { name: 'Gónë' })
    await call('DELETE', `${org.path}/invitations/${String(invitation.id)}`)
    await finds(t, 'gone')
    t.same(await find('gone', '&status=removed'), ['gone.girl@search.test'])
    t.same(await find('go', '&status=removed'), ['gone.girl@search.test'])
  })

  await t.test('goes with every other filter and order, and is counted', async (t) => {
    t.same(await find('search', '&role=admin'), [])
    t.same(await find('search', '&sort=name&limit=1'), ['elodie@search.test'])
    t.same(await find('search', '&sort=name&order=desc&limit=1'), ['wang@search.test'])
    t.same(await find('search', '&status=invited&limit=2'), [
      'elodie@search.test',
      'lukasz@search.test'
    ])
    const { body } = await call('GET', `${org.path}/members?q=nobody-at-all&include_total=true`)
    t.match(body, { data: [], total: 0, has_more: false, next_cursor: null })
  })

  await t.test('follows what somebody is called from the same moment on', async (t) => {
    const { body } = await call('GET', `${org.path}/members?q=wang@search`)
    const path = `${org.path}/members/${String(body.data[0].id)}`
    await call('PATCH', path, { body: { name: 'Zażółć' } })
    await finds(t, 'zazolc', 'wang@search.test')
    await finds(t, '王')
    await call('PATCH', path, { body: { name: null } })
    await finds(t, 'zazolc')
    await finds(t, 'wang', 'wang@search.test')
  })

  await t.test('finds the few and the many beyond what is looked at one by one', async (t) => {
    const large = await organization()
    await fillMembers(deps.db, large.id, 12_000, {
      name: `case when n = 11000 then 'Zyxel Rare' when n > 6000 then 'Late Comer' else 'Early Bird' end`,
      email: `'p' || n || '@large.test'`,
      status: `case when n % 4000 = 0 then 'removed' when n % 3000 = 1 then 'suspended' else 'active' end`
    })
    const found = (q: string, more = '') => find(q, more, large.path)
    t.same(await found('zyx'), ['p11000@large.test'])
    t.same(await found('zy'), ['p11000@large.test'])
    t.same(await found('p11000@'), ['p11000@large.test'])
    t.same(await found('late', '&limit=2'), ['p6001@large.test', 'p6002@large.test'])
    t.same(await found('late', '&limit=1&order=desc'), ['p11999@large.test'])
    t.same(await found('early', '&limit=2'), ['p1@large.test', 'p2@large.test'])
    t.same(await found('early', '&status=suspended'), ['p1@large.test', 'p3001@large.test'])
    t.same(await found('late', '&status=removed'), ['p8000@large.test', 'p12000@large.test'])
    const { body } = await call('GET', `${large.path}/members?q=late&include_total=true&limit=1`)
    t.equal(body.total, 5_997)
    let seen = 0
    for (let cursor = ''; ; ) {
      const { body } = await call('GET', `${large.path}/members?q=late&limit=100${cursor}`)
      seen += Number(body.data.length)
      if (!body.has_more) break
      cursor = `&cursor=${String(body.next_cursor)}`
    }
    t.equal(seen, 5_997)
  })
})
