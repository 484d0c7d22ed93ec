import t from 'tap'
import { runCommand } from '../../../src/command.js'
import { SYSTEM } from '../../../src/context.js'
import { appendEvents, type NewEvent } from '../../../src/features/events/append-events.js'
import { PolicyDocument } from '../../../src/policy/document.js'
import { PRESETS } from '../../../src/policy/presets.js'
import { createTestApp } from '../../helpers/app.js'
import { jobRows, runAllJobs } from '../../helpers/jobs.js'
import { toldTo } from '../../helpers/notifications.js'
import { policyLike } from '../../helpers/policies.js'

const ROLES = ['owner', 'admin']
const TELLS = [
  'domain_claim.verified',
  'domain_claim.failed',
  'join_request.created',
  'signup_page.filled',
  'seats.limit_reached'
] as const

await t.test('who is told of what befalls the team itself', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { call, deps, organization, member } = app
  const told = (who: { email: string }) => toldTo(app, who.email)
  async function team(fields: Record<string, unknown> = {}, changes: object = {}) {
    const notifications = TELLS.map((event) => ({ event, roles: ROLES }))
    const policy = await policyLike(app, 'standard', { notifications, ...changes })
    const org = await organization({ policy, ...fields })
    const admin = await member(org.path, { role: 'admin' })
    const plain = await member(org.path)
    await runAllJobs(deps)
    return { ...org, admin, plain }
  }
  /** As the features of these things append it. */
  async function happens(organizationId: string, event: NewEvent) {
    const ctx = { actor: SYSTEM, now: app.clock.now, requestId: null, locale: 'en' } as const
    const notified = TELLS.map((type) => ({ event: type }))
    await runCommand(deps, ctx, async (tx) => {
      appendEvents(tx, ctx, { organizationId, retention: null, notified }, [event])
    })
  }
  const about = (type: NewEvent['type'], data: Record<string, unknown>): NewEvent => ({
    type,
    subject: { type: 'organization', id: 'org' },
    data
  })

  await t.test('holders of the roles, and nobody else, in both languages', async (t) => {
    const stories: [NewEvent, string, string][] = [
      [
        about('domain_claim.verified', { domain: 'acme.com' }),
        'The domain acme.com is now verified for Acme: people who have an address on it can join, ' +
          'or ask to.',
        'Le domaine acme.com est désormais vérifié pour Acme\u00a0: les personnes qui y ont une ' +
          'adresse peuvent rejoindre l’équipe, ou le demander.'
      ],
      [
        about('domain_claim.failed', { domain: 'acme.com', failure: 'record_missing' }),
        'There is no proof, or no longer any, that the domain acme.com belongs to Acme: nobody ' +
          'can join by it until it is verified.',
        'Rien ne prouve, ou ne prouve plus, que le domaine acme.com appartient à Acme\u00a0: ' +
          'personne ne peut rejoindre l’équipe par ce domaine tant qu’il n’est pas vérifié.'
      ],
      [
        about('join_request.created', { email: 'bo@acme.com', name: 'Bo', domain: 'acme.com' }),
        'Bo (bo@acme.com) asks to join Acme with an address on acme.com. Somebody of the team has ' +
          'to decide.',
        'Bo (bo@acme.com) demande à rejoindre Acme avec une adresse du domaine acme.com. C’est à ' +
          'l’équipe de décider.'
      ],
      [
        about('join_request.created', { email: 'bo@acme.com', name: null, domain: 'acme.com' }),
        'bo@acme.com asks to join Acme with an address on acme.com. Somebody of the team has to ' +
          'decide.',
        'bo@acme.com demande à rejoindre Acme avec une adresse du domaine acme.com. C’est à ' +
          'l’équipe de décider.'
      ],
      [
        about('signup_page.filled', { name: 'Spring', max_signups: 20 }),
        'The signup page “Spring” of Acme takes nobody any more: its limit of signups (20) is ' +
          'reached.',
        'La page d’inscription «\u202fSpring\u202f» de l’équipe Acme n’accepte plus personne\u00a0: ' +
          'son nombre maximal d’inscriptions (20) est atteint.'
      ],
      [
        about('signup_page.filled', { name: null, max_signups: 20 }),
        'A signup page of Acme takes nobody any more: its limit of signups is reached.',
        'Une page d’inscription de l’équipe Acme n’accepte plus personne\u00a0: son nombre maximal ' +
          'd’inscriptions est atteint.'
      ],
      [
        about('seats.limit_reached', { used: 10, size: 10, available: 0 }),
        'All seats of Acme are taken: 10 of 10.',
        'Tous les sièges de l’équipe Acme sont pris\u00a0: 10 sur 10.'
      ]
    ]
    for (const [locale, line] of [
      ['en', 1],
      ['fr', 2]
    ] as const) {
      const org = await team({ locale })
      const before = await told(org.plain)
      for (const story of stories) {
        await happens(org.id, story[0])
        for (const who of [org.owner, org.admin]) t.equal((await told(who))[0], story[line])
      }
      t.same(await told(org.plain), before)
    }
  })

  await t.test('the last seat is told once, until one is free again (no flood)', async (t) => {
    const policy = await policyLike(app, 'oupi', {
      notifications: [{ event: 'seats.limit_reached', roles: ['owner'] }]
    })
    const org = await organization({
      policy,
      locale: 'en',
      billing: { entitlements: ['team'], seats: 3 }
    })
    const reached = async () =>
      (await told(org.owner)).filter((line) => line.startsWith('All seats')).length
    const one = await member(org.path)
    t.equal(await reached(), 0, 'there is one left')
    const last = `${app.unique('last')}@acme.test`
    const { invitation } = await app.invite(org.path, last)
    t.equal(await reached(), 1)
    for (let tries = 0; tries < 3; tries += 1) {
      const { answer } = await app.invite(org.path, `${app.unique('no')}@acme.test`)
      t.equal(answer.body.code, 'seats_exhausted')
    }
    await call('POST', `${org.path}/invitations/${invitation.id}/resend`, { body: {} })
    t.equal(await reached(), 1, 'nobody else got in')
    await call('DELETE', `${org.path}/members/${one.id}?confirm=true`)
    await member(org.path)
    t.equal(await reached(), 2)
  })

  await t.test('not whoever did it themselves', async (t) => {
    const org = await team({}, { seats: { mode: 'hard_cap', limit: 4 } })
    const { status } = await call('POST', `${org.path}/invitations`, {
      actor: org.admin.as,
      body: { emails: `${app.unique('last')}@acme.test` }
    })
    t.equal(status, 201)
    t.same(await told(org.owner), ['All seats of Acme are taken: 4 of 4.'])
    t.notMatch(await told(org.admin), ['All seats of Acme are taken: 4 of 4.'])
  })

  await t.test(
    'in the policy’s own words, which give way where something is unknown',
    async (t) => {
      const org = await team(
        {},
        {
          texts: {
            'mail.signup_page.filled.subject': { en: '{page} is full' },
            'mail.signup_page.filled.opening': { en: '{page}: {limit} in {team}.' }
          }
        }
      )
      await happens(org.id, about('signup_page.filled', { name: 'Spring', max_signups: 2 }))
      t.equal((await told(org.owner))[0], 'Spring: 2 in Acme.')
      const [mail] = await app.mailTo(org.owner.email)
      t.equal(mail?.subject, 'Spring is full')
      await happens(org.id, about('signup_page.filled', { name: null, max_signups: 2 }))
      t.match((await told(org.owner))[0], 'A signup page of Acme')
    }
  )

  await t.test('a rule for a member whom it concerns is refused: there is none', (t) => {
    const document = { ...PRESETS.get('standard'), key: 'x' }
    for (const event of TELLS) {
      const rule = { event, roles: ['owner'], member: true }
      const { success, error } = PolicyDocument.safeParse({ ...document, notifications: [rule] })
      t.equal(success, false)
      t.match(error?.issues, [{ path: ['notifications', 0, 'member'] }])
    }
    t.end()
  })

  await t.test('nobody of the role: no mail, and no job is left', async (t) => {
    const policy = await policyLike(app, 'standard', {
      notifications: [{ event: 'domain_claim.failed', roles: ['admin'] }]
    })
    const org = await organization({ policy })
    await runAllJobs(deps)
    await happens(org.id, about('domain_claim.failed', { domain: 'acme.com' }))
    await runAllJobs(deps)
    t.same(await jobRows(deps), [])
    t.same(await told(org.owner), [])
  })

  await t.test('the presets tell whom they should', (t) => {
    const rolesOf = (preset: string, event: string) =>
      PRESETS.get(preset)?.notifications.find((rule) => rule.event === event)?.roles
    for (const event of TELLS.slice(1)) t.same(rolesOf('standard', event), ROLES, event)
    t.same(rolesOf('openphone', 'domain_claim.failed'), ROLES)
    t.same(rolesOf('oupi', 'seats.limit_reached'), ROLES)
    t.same(rolesOf('surveymonkey', 'signup_page.filled'), ['primary_admin', 'admin'])
    t.end()
  })
})
