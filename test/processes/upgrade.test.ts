import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { createEmptyDatabase, until } from '../helpers/database.js'
import { buildRelease, isInHistory } from '../helpers/previous-release.js'
import {
  type Client,
  clientOf,
  createOrganization,
  deploymentOn,
  type Environment,
  PATIENCE_MS,
  runMuster,
  spawnRelease,
  startMuster
} from '../helpers/processes.js'
import { startSmtpDouble } from '../helpers/smtp.js'

t.setTimeout(5 * PATIENCE_MS)

/** What an operator runs while this release comes. A new release names the one before it here. */
const PREVIOUS_RELEASE = '2dbd896ca2b4c1d6435935c5c3d9d66b586c0dfa'
const skip = (await isInHistory(PREVIOUS_RELEASE)) ? false : 'the previous release is not in here'

let people = 0

/** What teams do all the time, by whichever release answers. */
async function inviteAndAccept(inviting: Client, accepting: Client) {
  const { path } = await createOrganization(inviting)
  people += 1
  const [id, email] = [`u_${people}`, `u_${people}@acme.test`]
  const as = { 'muster-actor': 'user:u_olga', 'idempotency-key': `invite-${people}` }
  const body = { invitations: [{ email }], send_email: false }
  const invited = await inviting('POST', `${path}/invitations`, body, as)
  const again = await accepting('POST', `${path}/invitations`, body, as)
  const token = String(invited.body.data?.[0].link).split('/').at(-1)
  const user = { id, email, email_verified: true }
  const accepted = await accepting('POST', '/v1/invitations/accept', { token, user })
  const listed = await inviting('GET', `${path}/members?q=u_${people}`)
  return {
    statuses: [invited.status, again.status, accepted.status, listed.status],
    isReplay: JSON.stringify(invited.body) === JSON.stringify(again.body),
    members: listed.body.data?.length
  }
}
const FINE = { statuses: [201, 201, 200, 200], isReplay: true, members: 1 }

await t.test(
  'the release before goes on serving on the schema of this one, and both at once',
  { skip },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'muster-release-'))
    t.teardown(() => rm(folder, { recursive: true }))
    const cli = await buildRelease(PREVIOUS_RELEASE, folder)
    const smtp = await startSmtpDouble(t)
    const environment = {
      ...deploymentOn(await createEmptyDatabase(t)),
      SMTP_URL: smtp.url
    }
    const spawnOld = async (command: string, more: Environment = {}) => {
      const old = await spawnRelease(t, { cli, command, environment: { ...environment, ...more } })
      await old.ready()
      return old
    }
    const [oldApi, oldWorker] = [await spawnOld('api'), await spawnOld('worker')]
    const key = environment.MUSTER_API_KEY
    const old = clientOf(oldApi, key)
    const { path } = await createOrganization(old)
    const scopes = [
      'organizations:write',
      'members:read',
      'invitations:write',
      'invitations:accept'
    ]
    const limited = await old('POST', '/v1/api-keys', { name: 'backend', scopes })
    const oldLimited = clientOf(oldApi, limited.body.api_key)
    t.match(await inviteAndAccept(oldLimited, oldLimited), FINE)

    // Requests go on while the schema changes under the old release.
    const during: unknown[] = []
    const meanwhile = new AbortController()
    const traffic = (async () => {
      do during.push(await inviteAndAccept(oldLimited, oldLimited))
      while (!meanwhile.signal.aborted)
    })()
    const newApi = await startMuster(t, 'api', environment)
    const newWorker = await startMuster(t, 'worker', environment)
    meanwhile.abort()
    await traffic
    t.same(
      during.filter((one) => JSON.stringify(one) !== JSON.stringify(FINE)),
      []
    )

    const newLimited = clientOf(newApi, limited.body.api_key)
    t.match(await inviteAndAccept(oldLimited, newLimited), FINE, 'old, then new')
    t.match(await inviteAndAccept(newLimited, oldLimited), FINE, 'new, then old')
    const again = await spawnOld('api')
    const restarted = clientOf(again, limited.body.api_key)
    t.match(await inviteAndAccept(restarted, newLimited), FINE, 'the old one starts again')

    await Promise.all([oldApi.stop(), again.stop()])
    await old('GET', '/healthz').then(
      () => t.fail('the old release has ended'),
      () => undefined
    )
    const mine = clientOf(newApi, key)
    for (const email of ['ana@acme.test', 'bo@acme.test']) {
      t.match(await mine('POST', `${path}/invitations`, { emails: email }), { status: 201 })
      // Whichever worker is handed it: the old one, then with that one gone the new.
      await until(async () => smtp.received.some(({ to }) => to === email), PATIENCE_MS)
      await oldWorker.stop()
    }
    const verified = await runMuster(t, 'audit verify', environment)
    t.equal(verified.code, 0, verified.stdout)
    await Promise.all([newApi.stop(), newWorker.stop()])
  }
)
