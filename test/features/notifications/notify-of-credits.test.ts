import t from 'tap'
import { PolicyDocument } from '../../../src/policy/document.js'
import { PRESETS } from '../../../src/policy/presets.js'
import { createTestApp } from '../../helpers/app.js'
import { teamInMode } from '../../helpers/credit-modes.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { toldTo } from '../../helpers/notifications.js'
import { policyLike } from '../../helpers/policies.js'

const TELLS = [
  'credits.low',
  'credits.exhausted',
  'credits.quota_short',
  'credit_request.created'
] as const

await t.test('who is told of credits by mail', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, member } = app
  const told = async ({ email }: { email: string }) => (await toldTo(app, email))[0]

  async function team(mode: string, fields: Parameters<typeof teamInMode>[2] = {}) {
    const org = await teamInMode(app, mode, { pool: 1_000, locale: 'en', ...fields })
    const [admin, plain] = [await member(org.path, { role: 'admin' }), await member(org.path)]
    await runAllJobs(deps)
    const count = async () => (await toldTo(app, plain.email)).length
    return { ...org, admin, plain, before: await count(), count }
  }

  const LANGUAGES = [
    ['en', 0],
    ['fr', 1]
  ] as const

  await t.test('a pool that is nearly empty, and one that is', async (t) => {
    const low = [
      'The pool of Acme has 20% or less left of its credits: 150.',
      'La réserve de l’équipe Acme a encore 20\u00a0% ou moins de ses crédits\u00a0: 150.'
    ]
    const out = [
      'The pool of Acme is empty: no credits are left to hand out or to spend.',
      'La réserve de l’équipe Acme est vide\u00a0: il n’y a plus de crédits à attribuer ni à ' +
        'dépenser.'
    ]
    for (const [locale, line] of LANGUAGES) {
      const org = await team('shared_pool', { locale })
      await org.spend(850)
      for (const who of [org.owner, org.admin]) t.equal(await told(who), low[line])
      await org.spend(150)
      for (const who of [org.owner, org.admin]) t.equal(await told(who), out[line])
      t.equal(await org.count(), org.before, 'and nobody else')
    }
  })

  await t.test('a member who has little, and nothing', async (t) => {
    const org = await team('allocated')
    const { id, email } = org.plain
    await org.allocate(id, 100)
    await org.spend(85, { member_id: id })
    const low = `${email} of Acme has 20% or less left of the credits that were given to them: 15.`
    for (const who of [org.owner, org.admin]) t.equal(await told(who), low)
    await org.spend(15, { member_id: id })
    t.equal(await told(org.owner), `${email} of Acme has no credits left.`)
    t.equal(await org.count(), org.before)
  })

  await t.test('an administrator’s own credits are told like everybody’s', async (t) => {
    const org = await team('allocated')
    await org.allocate(org.admin.id, 100)
    await org.spend(100, { member_id: org.admin.id })
    t.equal(await told(org.admin), `${org.admin.email} of Acme has no credits left.`)
    const [mail] = await app.mailTo(org.admin.email)
    t.match(mail?.text, 'because of your role in Acme')
    t.match(JSON.stringify(mail?.headers), /List-Unsubscribe/)
  })

  await t.test('quotas that could not be filled up', async (t) => {
    const short = [
      'The monthly quotas of Acme could not be filled up: that takes 1500 credits, and the pool ' +
        'has 1000. Nobody is given any until it has enough.',
      'Les quotas mensuels de l’équipe Acme n’ont pas pu être complétés\u00a0: il faut 1500 ' +
        'crédits, et la réserve en a 1000. Personne n’en reçoit tant qu’elle n’en a pas assez.'
    ]
    for (const [locale, line] of LANGUAGES) {
      const org = await team('monthly_quota', { locale })
      await org.put('credit-quotas', { everybody: 500 })
      for (const who of [org.owner, org.admin]) t.equal(await told(who), short[line])
      t.equal(await org.count(), org.before)
    }
  })

  await t.test('somebody who asks for credits, by themselves or through the host', async (t) => {
    for (const [locale] of LANGUAGES) {
      const org = await team('on_demand', { locale })
      const { id, as, email } = org.plain
      const line =
        locale === 'en'
          ? `${email} asks for 50 credits in Acme. Whoever hands out credits has to decide.`
          : `${email} demande 50 crédits dans l’équipe Acme. C’est aux personnes qui attribuent ` +
            'les crédits de décider.'
      await org.request({ amount: 50 }, as)
      for (const who of [org.owner, org.admin]) t.equal(await told(who), line)
      await org.request({ amount: 50, member_id: id })
      const { length } = (await toldTo(app, org.admin.email)).filter((one) => one === line)
      t.equal(length, 2)
      t.equal(await org.count(), org.before, 'not whoever asks')
    }
  })

  await t.test('not of a request that an administrator makes for themselves', async (t) => {
    const org = await team('on_demand')
    await org.request({ amount: 50 }, org.admin.as)
    t.match(await told(org.owner), `${org.admin.email} asks for 50 credits`)
    t.notMatch(await told(org.admin), 'asks for')
  })

  await t.test('in the policy’s own words, which give way where no member is meant', async (t) => {
    const policy = await policyLike(app, 'oupi', {
      texts: {
        'mail.credits.low.subject': { en: '{percent}%!' },
        'mail.credits.low.opening': { en: '{member}: {available} in {team}.' }
      }
    })
    const org = await team('allocated', { policy })
    await org.allocate(org.plain.id, 100)
    await org.spend(90, { member_id: org.plain.id })
    t.equal(await told(org.owner), `${org.plain.email}: 10 in Acme.`)
    const [mail] = await app.mailTo(org.owner.email)
    t.equal(mail?.subject, '20%!')
    await org.spend(800)
    t.equal(await told(org.owner), 'The pool of Acme has 20% or less left of its credits: 100.')
  })

  await t.test('once for each crossing, until there is more again', async (t) => {
    const org = await team('shared_pool')
    const lines = async () =>
      (await toldTo(app, org.owner.email)).filter((line) => line.startsWith('The pool')).length
    await org.spend(850)
    await org.spend(10)
    await org.spend(10)
    t.equal(await lines(), 1)
    await org.spend(130)
    t.equal((await org.spend(1)).status, 422)
    t.equal(await lines(), 2)
    await org.topUp(10)
    await org.spend(10)
    t.equal(await lines(), 3, 'empty again')
  })

  await t.test('a rule for a member whom it concerns is refused', (t) => {
    const document = { ...PRESETS.get('oupi'), key: 'x' }
    for (const event of TELLS) {
      const rule = { event, roles: ['owner'], member: true }
      const { success, error } = PolicyDocument.safeParse({ ...document, notifications: [rule] })
      t.equal(success, false)
      t.match(error?.issues, [{ path: ['notifications', 0, 'member'] }])
      const told = PRESETS.get('oupi')?.notifications.find((one) => one.event === event)
      t.same(told, { event, roles: ['owner', 'admin'], member: false })
    }
    t.end()
  })

  await t.test('a request of whoever has left since: somebody turns it down', async (t) => {
    const org = await team('on_demand')
    await org.request({ amount: 50 }, org.plain.as)
    await call('DELETE', `${org.path}/members/${org.plain.id}?confirm=true`)
    t.match(await told(org.owner), `${org.plain.email} asks for 50 credits`)
  })
})
