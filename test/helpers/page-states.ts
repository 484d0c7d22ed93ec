import {
  UNSUBSCRIBE,
  unsubscribeHeaders
} from '../../src/features/suppressions/unsubscribe-link.js'
import { DAY_MS, START, type TestApp } from './app.js'
import { claimByMail, claimDomain, codeTo, wrongCode } from './domains.js'
import { drawLogo, toLogo } from './logos.js'
import { policyLike } from './policies.js'
import { createAccount } from './reassignments.js'
import { signupStories } from './signup-pages.js'

/** An awkward color: neither white nor black on it can be told from the page around it. */
const THEME = { color: '#ffff00', logo: toLogo('image/png', drawLogo([15, 118, 110])) }

const LINKS = { accept_url: 'https://app.acme.test/join' }

/** Addresses of pages, by what they show. */
export type States = Record<string, string>

const MESSAGE =
  'Hello Ana,\n\nthe plans are at https://plans.example/2030.\nSee you on Monday!\nOlga'

/** Everything that the tests of one look need: a policy that offers it all, and teams under it. */
async function begin(app: TestApp, isThemed: boolean) {
  const policy = await policyLike(app, 'standard', {
    domain_claims: { enabled: true },
    signup_pages: { enabled: true },
    invitations: { fields: { message: 'optional' } }
  })
  const team = async (fields: Record<string, unknown> = {}) => {
    const org = await app.organization({
      name: 'Blue Heron',
      policy,
      time_zone: 'Europe/Paris',
      links: LINKS,
      ...fields
    })
    if (isThemed) await app.call('PUT', `${org.path}/branding`, { body: THEME })
    return org
  }
  return { app, team }
}

type Begun = Awaited<ReturnType<typeof begin>>
type Team = Awaited<ReturnType<Begun['team']>>

async function invite({ app }: Begun, org: Team, fields: Record<string, unknown> = {}) {
  const email = `${app.unique('ana')}@states.test`
  const { body } = await app.call('POST', `${org.path}/invitations`, {
    actor: org.as,
    body: { invitations: [{ email, ...fields }], send_email: false }
  })
  const [{ link, invitation }] = body.data
  const token = String(link).split('/').at(-1) ?? ''
  const path = `${org.path}/invitations/${String(invitation.id)}`
  return { email, token, path, url: `${app.url}/invitations/${token}` }
}

async function claim({ app }: Begun, org: Team, domain: string) {
  const email = `${app.unique('ana')}@${domain}`
  const { body } = await app.call('POST', `${org.path}/domain-claims`, {
    actor: org.as,
    body: { method: 'email', email }
  })
  const { token, code } = await codeTo(app, email)
  const path = `${org.path}/domain-claims/${String(body.id)}`
  return { email, code, path, url: `${app.url}/domains/${token}` }
}

/** Pages that work: they bear the team's looks. */
export async function openStates(app: TestApp, isThemed: boolean): Promise<States> {
  const begun = await begin(app, isThemed)
  const org = await begun.team()
  const stuck = await begun.team({ links: {} })
  const plain = await invite(begun, org)
  const words = await invite(begun, org, { message: MESSAGE })
  const noWay = await invite(begun, stuck)
  const account = await createAccount(app)
  await app.call('PATCH', account.org.path, { body: { name: 'Blue Heron', links: LINKS } })
  if (isThemed) await app.call('PUT', `${account.org.path}/branding`, { body: THEME })
  const reassigned = await account.reassign(account.candidate().email)
  const claimed = await claim(begun, org, `${app.unique('open').replace('_', '-')}.test`)
  const { openPage } = signupStories(app)
  const signup = await openPage(org.path)
  const narrow = await openPage(org.path, { allowed_domains: ['acme.test', 'labs.acme.test'] })
  const [disabled, full] = [await openPage(org.path), await openPage(org.path, { max_signups: 1 })]
  await app.call('POST', `${disabled.at}/disable`)
  await signupStories(app).ask(full.slug, 'ana@states.test')
  const owing = await begun.team()
  const blocked = await openPage(owing.path)
  await app.call('PUT', `${owing.path}/billing`, { body: { seats: 1 } })
  return {
    invitation: plain.url,
    'invitation-message': words.url,
    'invitation-stuck': noWay.url,
    'invitation-decline': `${plain.url}?decline=1`,
    reassignment: `${app.url}/invitations/${reassigned.token}`,
    domain: claimed.url,
    join: signup.shown,
    'join-domains': narrow.shown,
    'join-sent': `${signup.shown}?sent=1`,
    'join-disabled': disabled.shown,
    'join-full': full.shown,
    'join-blocked': blocked.shown
  }
}

/** What is over before the rest begins; ends a week later. */
async function lapsed(begun: Begun): Promise<States> {
  const { app } = begun
  const org = await begun.team()
  const [expired, resent] = [await invite(begun, org), await invite(begun, org)]
  const claimed = await claim(begun, org, 'lapsed.test')
  app.clock.now = new Date(START.getTime() + 7 * DAY_MS)
  await app.call('POST', `${resent.path}/resend`, { body: { via: 'link' } })
  return {
    'invitation-expired': expired.url,
    'invitation-superseded': resent.url,
    'domain-expired': claimed.url
  }
}

/** Pages of links that are dead, and those that belong to nobody. Moves the clock by a week. */
export async function deadStates(app: TestApp): Promise<States> {
  const begun = await begin(app, false)
  const over = await lapsed(begun)
  const org = await begun.team()
  const [canceled, declined, accepted] = [
    await invite(begun, org),
    await invite(begun, org),
    await invite(begun, org)
  ]
  await app.call('DELETE', canceled.path)
  await app.call('POST', '/v1/invitations/decline', { body: { token: declined.token } })
  await app.accept(accepted.token, { id: app.unique('u'), email: accepted.email })
  const closed = await begun.team()
  const ofClosed = await invite(begun, closed)
  await app.call('POST', `${closed.path}/cancel`)
  return {
    ...over,
    'invitation-canceled': canceled.url,
    'invitation-declined': declined.url,
    'invitation-accepted': accepted.url,
    'invitation-organization': ofClosed.url,
    'invitation-invalid': `${app.url}/invitations/mlk_x`,
    ...(await deadClaims(begun, org)),
    'join-unknown': `${app.url}/join/nowhere`,
    ...(await unsubscribing(app, org)),
    problems: `${app.url}/problems`,
    problem: `${app.url}/problems/seats_exhausted`,
    'problem-unknown': `${app.url}/problems/unknown`
  }
}

async function deadClaims(begun: Begun, org: Team): Promise<States> {
  const { app } = begun
  const failed = await claim(begun, org, 'failed.test')
  for (let i = 0; i < 5; i += 1) {
    await app.call('POST', `${failed.path}/verify`, { body: { code: wrongCode(failed.code) } })
  }
  const [released, replaced] = [
    await claim(begun, org, 'released.test'),
    await claim(begun, org, 'replaced.test')
  ]
  await app.call('DELETE', released.path)
  await claimByMail(app, org, replaced.email)
  const verified = await claim(begun, org, 'verified.test')
  await app.call('POST', `${verified.path}/verify`, { body: { code: verified.code } })
  const taken = await claim(begun, org, 'taken.test')
  await claimDomain(app, await begun.team(), 'taken.test')
  return {
    'domain-failed': failed.url,
    'domain-released': released.url,
    'domain-replaced': replaced.url,
    'domain-verified': verified.url,
    'domain-taken': taken.url,
    'domain-invalid': `${app.url}/domains/mlk_x`
  }
}

/** Somebody who may have enough of mail, and somebody who has. */
async function unsubscribing(app: TestApp, org: Team): Promise<States> {
  const [url, done] = [await unsubscribeLink(app, org), await unsubscribeLink(app, org)]
  await fetch(done, { method: 'POST' })
  return { unsubscribe: url, 'unsubscribe-done': done }
}

export async function unsubscribeLink(
  app: TestApp,
  org: Pick<Team, 'id' | 'path'>
): Promise<string> {
  const { id, email: emailKey } = await app.member(org.path)
  const subscriber = { organizationId: org.id, id, emailKey }
  const { [UNSUBSCRIBE]: header = '' } = unsubscribeHeaders(app.deps, subscriber, app.url)
  return /<(.*)>/.exec(header)?.[1] ?? ''
}
