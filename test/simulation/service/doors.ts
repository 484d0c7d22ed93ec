import { toModelRole, toWireRole } from './rules.js'
import { addSeat, type Claim, freeSeats, offerSeat, type Team, userOf } from './team.js'
import { NOTHING, outcome, pick, type Step, type Taken, takenBy, type World } from './world.js'

const hasPages = ({ document }: Team) => document.signup_pages.enabled
const hasClaims = ({ document }: Team) => document.domain_claims.enabled

export async function openPage(world: World, team: Team, step: Step): Promise<Taken> {
  if (!hasPages(team) || team.pages.length > 2) return NOTHING
  const role = toModelRole(team.document, team.document.default_role)
  const max = 1 + (step.amount % 3)
  const body = { max_signups: max, role: toWireRole(team.document, role) }
  const answer = await world.call('POST', `${team.path}/signup-pages`, { body })
  const taken = takenBy(answer, 'ok')
  if (taken.said !== 'ok') return taken
  const { id, slug } = answer.body
  team.pages.push({ id, slug, role, max, count: 0, disabled: false })
  return taken
}

export async function switchPage(world: World, team: Team, step: Step): Promise<Taken> {
  const page = pick(team.pages, step.target)
  if (!page) return NOTHING
  const how = page.disabled ? 'enable' : 'disable'
  const path = `${team.path}/signup-pages/${page.id}/${how}`
  const taken = takenBy(await world.call('POST', path), 'ok')
  if (taken.said === 'ok') page.disabled = !page.disabled
  return taken
}

/** A stranger asks for a seat: whoever was not let in by a page's own state has one, and is counted. */
export async function signUp(world: World, team: Team, step: Step): Promise<Taken> {
  const page = pick(team.pages, step.target)
  if (!page) return NOTHING
  const address = `${world.unique('s')}@sim.test`
  const state = page.disabled
    ? 'signup_page_disabled'
    : page.count >= page.max
      ? 'signup_page_full'
      : 'ok'
  const expected = state === 'ok' && freeSeats(team) < 1 ? null : state
  const answer = await world.call('POST', `/v1/signup-pages/${page.slug}/signups`, {
    stranger: true,
    body: { email: address }
  })
  const taken = takenBy(answer, expected)
  if (taken.said === 'ok' && expected === 'ok') {
    page.count += 1
    offerSeat(team, address, toWireRole(team.document, page.role), world.service.clock.now())
  }
  return taken
}

/** Few, so that teams meet. */
const DOMAINS = ['north-sim.test', 'south-sim.test', 'west-sim.test']

export async function claimDomain(world: World, team: Team, step: Step): Promise<Taken> {
  const domain = pick(DOMAINS, step.other) ?? ''
  if (!hasClaims(team)) return NOTHING
  const address = `${world.unique('d')}@${domain}`
  const body = { method: 'email', email: address }
  const answer = await world.call('POST', `${team.path}/domain-claims`, { body })
  // It takes the place of the team's own that is still to be proven; one that is proven refuses it.
  if (answer.status === 201 && !team.claims.some(({ id }) => id === answer.body.id)) {
    const former = team.claims.filter((one) => one.domain === domain && one.status === 'pending')
    for (const one of former) one.status = 'over'
    team.claims.push({ id: answer.body.id, domain, address, status: 'pending' })
  }
  return takenBy(answer, null)
}

const isProven = ({ teams }: World, domain: string, but?: Team) =>
  teams.some((team) => team !== but && proves(team, domain))
const proves = ({ claims }: Team, domain: string) =>
  claims.some((claim) => claim.domain === domain && claim.status === 'verified')

/** Whoever got the code enters it, or another now and then. A domain is proven by one team only. */
export async function proveDomain(world: World, team: Team, step: Step): Promise<Taken> {
  const claim = pick(
    team.claims.filter(({ status }) => status === 'pending'),
    step.target
  )
  const code = claim && codeSentTo(world, claim)
  if (!claim || code === undefined) return NOTHING
  const isWrong = step.other % 4 === 0
  const told = isWrong ? String((Number(code) + 1) % 1_000_000).padStart(6, '0') : code
  const path = `${team.path}/domain-claims/${claim.id}/verify`
  const answer = await world.call('POST', path, { body: { code: told } })
  const taken = takenBy(answer, null)
  if (taken.said !== 'ok') return taken
  const expected = isWrong || isProven(world, claim.domain, team) ? 'refused' : 'ok'
  if (expected === 'ok') claim.status = 'verified'
  return { ...taken, expected }
}

function codeSentTo({ service }: World, { address }: Claim): string | undefined {
  const mail = service.smtp.received.findLast(({ to }) => to === address)
  return /\b(\d{6})\b/.exec(mail?.text ?? '')?.[1]
}

export async function releaseDomain(world: World, team: Team, step: Step): Promise<Taken> {
  const claim = pick(
    team.claims.filter(({ status }) => status !== 'released' && status !== 'over'),
    step.target
  )
  if (!claim) return NOTHING
  const answer = await world.call('DELETE', `${team.path}/domain-claims/${claim.id}`)
  const taken = takenBy(answer, claim.status === 'verified' ? 'ok' : null)
  // One that nobody proved may have failed by itself just before.
  if (taken.said === 'ok') claim.status = claim.status === 'verified' ? 'released' : 'over'
  return taken
}

/** Somebody with an address on a domain comes in by it, if the team has proven it. */
export async function join(world: World, team: Team, step: Step): Promise<Taken> {
  const domain = pick(DOMAINS, step.other) ?? ''
  if (!hasClaims(team)) return NOTHING
  const email = `${world.unique('j')}@${domain}`
  const user = { id: userOf(email), email, email_verified: true }
  const answer = await world.call('POST', `${team.path}/join`, { body: { user } })
  const said = outcome(answer)
  if (said === 'ok' && proves(team, domain) && answer.body.member) {
    const role = toModelRole(team.document, team.document.default_role)
    const hadSeat = freeSeats(team) >= 1
    const { id } = answer.body.member
    addSeat(team, { id, address: email, role, status: 'active', userId: user.id })
    return { said, expected: hadSeat ? 'ok' : 'seats_exhausted' }
  }
  return {
    said,
    expected: proves(team, domain) ? null : 'state',
    detail: JSON.stringify(answer.body)
  }
}
