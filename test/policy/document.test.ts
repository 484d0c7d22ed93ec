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
