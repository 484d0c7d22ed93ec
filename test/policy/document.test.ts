import t from 'tap'
import { PolicyDocument } from '../../src/policy/document.js'
import { durationDays } from '../../src/policy/duration.js'
import { PRESETS } from '../../src/policy/presets.js'

const role = (key: string) => ({
  key,
  label: { en: key, fr: key },
  rank: 1,
  permissions: ['team.view', 'app:models.use']
})
const SMALL = { key: 'small', roles: [role('boss')], creator_role: 'boss', default_role: 'boss' }

const wrongPaths = (document: unknown) =>
  PolicyDocument.safeParse(document).error?.issues.map(({ path }) => path.join('.'))

await t.test('presets are valid and named by their own key', async (t) => {
  t.ok(PRESETS.size > 0)
  for (const [key, policy] of PRESETS) t.equal(policy.key, key)
})

await t.test('what is left out is safe', async (t) => {
  t.match(PolicyDocument.parse(SMALL), {
    authority: { invite: [] },
    seats: { mode: 'none', limit: null },
    invitations: {
      lifetime: 'P7D',
      email_must_match: true,
      email_must_be_verified: true,
      rotate_link_on_resend: true
    }
  })
})

await t.test('an unknown key is an error that names where it stands', async (t) => {
  const unknown = PolicyDocument.safeParse({ ...SMALL, seats: { mod: 'none' } })
  t.same(unknown.error?.issues[0]?.path, ['seats'])
  t.match(unknown.error?.issues[0]?.message, /mod/)
})

await t.test('a role that is named must exist, wherever it is named', async (t) => {
  t.same(wrongPaths({ ...SMALL, creator_role: 'king' }), ['creator_role'])
  t.same(wrongPaths({ ...SMALL, default_role: 'king' }), ['default_role'])
  const authority = { invite: [{ actor: 'boss', roles: ['boss', 'king'] }] }
  t.same(wrongPaths({ ...SMALL, authority }), ['authority.invite.0'])
})

await t.test('a role key stands once, and permissions are known or the host’s own', async (t) => {
  t.same(wrongPaths({ ...SMALL, roles: [role('boss'), role('boss')] }), ['roles'])
  const invented = { ...role('boss'), permissions: ['team.destroy'] }
  t.same(wrongPaths({ ...SMALL, roles: [invented] }), ['roles.0.permissions.0'])
})

await t.test('lifetimes are whole days, at most a year', async (t) => {
  for (const lifetime of ['P0D', 'P366D', 'PT1H', '7', 'P1.5D']) {
    t.same(wrongPaths({ ...SMALL, invitations: { lifetime } }), ['invitations.lifetime'], lifetime)
  }
  t.equal(durationDays('P365D'), 365)
  t.equal(
    PolicyDocument.parse({ ...SMALL, invitations: { lifetime: null } }).invitations.lifetime,
    null
  )
})

await t.test('events are kept for a month at least, for ten years, or for good', async (t) => {
  for (const retention of ['P29D', 'P3661D', 'P0D', 'P1Y', 'P030D', '', 30]) {
    t.same(wrongPaths({ ...SMALL, audit: { retention } }), ['audit.retention'], String(retention))
  }
  for (const retention of ['P30D', 'P999D', 'P1000D', 'P3660D', null]) {
    t.equal(PolicyDocument.parse({ ...SMALL, audit: { retention } }).audit.retention, retention)
  }
  t.equal(PolicyDocument.parse(SMALL).audit.retention, null)
})

await t.test('amounts of credits are for roles of the policy, one for each', async (t) => {
  const amounts = (...roles: string[]) => ({
    ...SMALL,
    credits: { kind: 'pool', role_amounts: roles.map((key) => ({ role: key, amount: 100 })) }
  })
  t.equal(wrongPaths(amounts('boss')), undefined)
  for (const unknown of ['king', 'custom', '*']) {
    t.same(wrongPaths(amounts('boss', unknown)), ['credits.role_amounts.1.role'], unknown)
  }
  t.same(wrongPaths(amounts('boss', 'boss')), ['credits.role_amounts'])
  for (const amount of [0, -1, 0.5, 2 ** 53]) {
    const credits = { kind: 'pool', role_amounts: [{ role: 'boss', amount }] }
    const [path] = wrongPaths({ ...SMALL, credits }) ?? []
    t.equal(path, 'credits.role_amounts.0.amount', String(amount))
  }
})

await t.test('what an organization can do with its credits is said once, and whole', async (t) => {
  const invitations = { fields: { credits: 'optional' } }
  t.equal(wrongPaths({ ...SMALL, invitations, credits: { kind: 'pool' } }), undefined)
  t.same(wrongPaths({ ...SMALL, invitations }), ['invitations.fields.credits'])
  t.same(wrongPaths({ ...SMALL, credits: { kind: 'money' } }), ['credits.kind'])
  const billing = { credit_on_removal: true }
  t.equal(wrongPaths({ ...SMALL, billing, credits: { kind: 'money' } }), undefined)
  const modes = ['allocated', 'shared_pool', 'allocated']
  t.same(wrongPaths({ ...SMALL, credits: { kind: 'pool', modes } }), ['credits.modes'])
  const low = { kind: 'pool', low_at: [20, 5, 20] }
  t.same(wrongPaths({ ...SMALL, credits: low }), ['credits.low_at'])
})
