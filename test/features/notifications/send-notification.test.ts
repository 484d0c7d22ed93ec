import { sql } from 'drizzle-orm'
import t from 'tap'
import { jobs } from '../../../src/db/tables/jobs.js'
import { sendNotification } from '../../../src/features/notifications/send-notification.job.js'
import { newId } from '../../../src/ids.js'
import { JOBS } from '../../../src/jobs/index.js'
import { runJob } from '../../../src/jobs/run-job.js'
import { createTestApp } from '../../helpers/app.js'
import { jobRows, runAllJobs } from '../../helpers/jobs.js'
import { toldTo } from '../../helpers/notifications.js'
import { policyLike } from '../../helpers/policies.js'

const CHANGES = {
  notifications: [{ event: 'member.role_changed', roles: ['owner'], member: true }]
}

await t.test('the mail that tells somebody of an event', async (t) => {
  let broken = false
  const app = await createTestApp(t)
  const { call, organization, member, deps } = app
  const send = deps.mailer.send.bind(deps.mailer)
  t.intercept(deps.mailer, 'send', {
    value: async (...given: Parameters<typeof send>) => {
      if (broken) throw new Error('no server')
      return send(...given)
    }
  })
  t.beforeEach(() => {
    broken = false
  })

  /** A change of Ana's role, of which the jobs have been left, but not done. */
  async function change(changes: object = CHANGES, fields: Record<string, unknown> = {}) {
    const policy = await policyLike(app, 'standard', { ...changes })
    const org = await organization({ policy, ...fields })
    const ana = await member(org.path, { name: 'Ana' })
    await runAllJobs(deps)
    await call('PATCH', `${org.path}/members/${ana.id}`, { body: { role: 'admin' } })
    return { org, ana }
  }
  /** Runs the one job that there is, which leaves one for each recipient. */
  async function fanOut() {
    const [job] = await jobRows(deps)
    if (!job) throw new Error('nothing is to be told')
    const queued = { organization_id: job.organizationId, job_id: job.id }
    await runJob(deps, JOBS, queued)
    return job
  }

  await t.test('comes from the organization’s sender, in its language', async (t) => {
    const { org, ana } = await change(CHANGES, {
      locale: 'fr',
      mail: { from: 'Acme <team@app.acme.test>', reply_to: 'help@app.acme.test' },
      links: { base_url: 'https://app.acme.test/m' }
    })
    await runAllJobs(deps)
    const [mail] = await app.mailTo(ana.email)
    t.match(mail, {
      from: 'Acme <team@app.acme.test>',
      replyTo: 'help@app.acme.test',
      to: ana.email,
      subject: 'Votre rôle dans Acme est désormais «\u202fAdministrateur\u202f»',
      html: /<html lang="fr"/
    })
    t.match(mail?.messageId, new RegExp(`^<evt_\\w+\\.${ana.id}@app\\.acme\\.test>$`))
    t.match(await toldTo(app, org.owner.email), [/^Un rôle a changé dans Acme\u00a0: Ana passe de/])
  })

  await t.test('has the policy’s own words', async (t) => {
    const { org, ana } = await change({
      ...CHANGES,
      texts: {
        'mail.member.role_changed.opening': { en: '{member} is {role} in {team} now.' },
        'mail.member.role_changed.member_subject': { en: 'From {former_role} to {role}' }
      }
    })
    t.same(await toldTo(app, org.owner.email), ['Ana is Admin in Acme now.'])
    const [mail] = await app.mailTo(ana.email)
    t.equal(mail?.subject, 'From Member to Admin')
  })

  await t.test('is not sent to whoever has left, or has lost the role, in between', async (t) => {
    const { org, ana } = await change()
    await fanOut()
    t.equal((await jobRows(deps)).length, 2)
    await deps.db.execute(
      sql`update members set status = 'suspended' where user_id = ${ana.userId}`
    )
    await deps.db.execute(sql`update members set role = 'member' where email = ${org.owner.email}`)
    t.same(await toldTo(app, ana.email), [])
    t.same(await toldTo(app, org.owner.email), [])
    t.same(await jobRows(deps), [], 'and that is the end of it')
  })

  await t.test('is one mail, however often its jobs run', async (t) => {
    const { ana } = await change()
    const before = await jobRows(deps)
    await runAllJobs(deps)
    await deps.db.insert(jobs).values(before.map((row) => ({ ...row, id: newId('job') })))
    await runAllJobs(deps)
    t.equal((await toldTo(app, ana.email)).length, 1, 'by its Message-ID')
  })

  await t.test('is tried seven times, then stays visible as what was not sent', async (t) => {
    const { ana } = await change({
      notifications: [{ event: 'member.role_changed', member: true }]
    })
    await fanOut()
    const [job] = await jobRows(deps)
    t.match(job, { name: 'send-notification', payload: { member_id: ana.id } })
    if (!job) return
    broken = true
    const attempt = () =>
      runJob(deps, JOBS, { organization_id: job.organizationId, job_id: job.id })
    for (let tries = 1; tries < sendNotification.attempts; tries += 1) {
      await t.rejects(attempt(), /no server/)
    }
    await attempt()
    t.match(await jobRows(deps), [{ attempts: 7, lastError: 'no server' }])
    t.ok((await jobRows(deps))[0]?.failedAt)
    const waits = [1, 2, 3, 4, 5, 6].map((n) => sendNotification.backoffMs(n) / 1_000)
    t.same(waits, [10, 40, 160, 640, 2_560, 10_240])
    await deps.db.execute(sql`delete from jobs`)
  })

  await t.test('of an event or a member that is nowhere nothing is sent', async (t) => {
    const { ana } = await change()
    await fanOut()
    await deps.db.execute(sql`
      update jobs set payload = payload || '{"event_id": "evt_01jd3v8k2ffb5t0m5r6w9x7y3z"}'`)
    await runAllJobs(deps)
    t.same(await toldTo(app, ana.email), [])
  })
})
