import t from 'tap'
import { createTestApp } from '../../helpers/app.js'

await t.test('GET {o}/billing-entries', async (t) => {
  const { call, organization } = await createTestApp(t)
  const org = await organization({
    policy: 'surveymonkey',
    billing: { entitlements: ['team'], seats: 1 }
  })
  const emails = Array.from({ length: 7 }, (_, n) => `p${n}@entries.test`)
  await call('POST', `${org.path}/invitations`, { body: { emails: emails.join('\n') } })
  const list = async (query: string) =>
    (await call('GET', `${org.path}/billing-entries${query}`)).body

  await t.test('tells every entry once, by number, page by page', async (t) => {
    const numbers: number[] = []
    let cursor = ''
    do {
      const { data, next_cursor: next } = await list(`?limit=3${cursor}`)
      numbers.push(...data.map(({ number }: { number: number }) => number))
      cursor = next === null ? '' : `&cursor=${next}`
    } while (cursor !== '')
    t.same(numbers, [1, 2, 3, 4, 5, 6, 7])
    t.equal((await list('?limit=2&include_total=true')).total, 7)
    t.equal((await call('GET', `${org.path}/billing-entries?cursor=bm8`)).status, 400)
  })

  await t.test('finds those of a kind, or about somebody', async (t) => {
    const { data } = await list('')
    const [first] = data
    t.match(first, { kind: 'overage', subject: { type: 'invitation' }, quantity: 1 })
    t.equal(first.reason, `overage:${first.subject.id}:1`)
    t.same((await list(`?subject_id=${first.subject.id}`)).data, [first])
    t.same((await list('?kind=member_added')).data, [])
    t.equal((await list('?kind=overage')).data.length, 7)
    t.equal((await call('GET', `${org.path}/billing-entries?kind=tip`)).status, 400)
  })

  await t.test('each is told to the host’s billing, as it stands in the list', async (t) => {
    const { data } = await list('')
    const { body } = await call('GET', `${org.path}/events?type=billing.charge_due`)
    t.equal(body.data.length, 7)
    for (const { subject, data: told } of body.data) {
      const entry = data.find(({ id }: { id: string }) => id === subject.id)
      t.match(entry, told)
    }
  })
})
