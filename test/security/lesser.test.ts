import t from 'tap'
import { hasScope, SCOPES, type Scope } from '../../src/scopes.js'
import { nameOf, type Target } from '../helpers/routes.js'
import { fingerprint, roleWithout } from '../helpers/tenant-with-everything.js'
import { ask, type Caller, openWorld, permissionsOf, verdictOf } from '../helpers/walk.js'

/** What of the routes that ask for no permission a member gets whose role has none. */
const WITHOUT_ANY: Readonly<Record<string, string>> = {
  updateMember: '403 not_permitted',
  changeMembers: '403 not_permitted',
  recordActivity: '403 not_permitted',
  // Whom it names is told of item by item: nobody here.
  recordActivities: '200',
  explainAccess: '403 not_permitted',
  listRoles: '200',
  authorize: '200 not_a_member',
  createCreditRequest: '403 not_permitted',
  // One's own: none.
  listCreditRequests: '200',
  getCreditRequest: '404 not_found',
  cancelCreditRequest: '404 not_found',
  getCreditAccount: '403 not_permitted',
  createNotice: '403 notices_are_the_hosts'
}

await t.test('whoever may do less', async (t) => {
  const world = await openWorld(t)
  const { app, routes, own, victim } = world
  const { apiKey, call, member, invite } = app
  const tenantRoutes = routes.filter(({ access }) => access.class === 'tenant')
  const forMembers = tenantRoutes.filter(({ access }) => !('hostOnly' in access))
  const guarded = routes.filter(({ access }) => access.class !== 'public')

  /** Which of these routes answer somebody otherwise than expected; and that nothing has changed. */
  async function walk(
    targets: readonly Target[],
    whoFor: (target: Target) => Caller,
    expected: (target: Target) => string
  ): Promise<string[]> {
    const before = await fingerprint(app.deps.db)
    const misfits: string[] = []
    for (const target of targets) {
      const who = whoFor(target)
      const answer = await ask(world, target, own.ids, who)
      const { scope } = answer.body as { readonly scope?: string }
      const verdict = [verdictOf(answer), ...(scope === undefined ? [] : [scope])].join(' ')
      if (verdict !== expected(target)) misfits.push(`${nameOf(target)} by ${who.name}: ${verdict}`)
    }
    const isSame = (await fingerprint(app.deps.db)) === before
    return isSame ? misfits : [...misfits, 'rows have changed']
  }
  const by = (name: string, options: Caller['options']) => () => ({ name, options })

  await t.test('by a key needs the scope that the route names', async (t) => {
    const [one, other] = [
      await apiKey({ scopes: ['api-keys:read'] }),
      await apiKey({ scopes: ['events:read'] })
    ]
    const whoFor = ({ access }: Target): Caller => {
      const holds = access.class !== 'public' && hasScope(['api-keys:read'], access.scope)
      return { name: 'a key of another scope', options: { key: holds ? other.key : one.key } }
    }
    const expected = ({ access }: Target) =>
      `403 insufficient_scope ${access.class === 'public' ? '' : access.scope}`
    t.same(await walk(guarded, whoFor, expected), [])
  })

  await t.test('by a key acts for nobody without the scope of that', async (t) => {
    const scopes: readonly Scope[] = SCOPES.filter((one) => one !== '*' && one !== 'members:act-as')
    const { key } = await apiKey({ scopes })
    const whoFor = by('a key that acts for itself', { key, actor: own.as })
    const expected = () => '403 insufficient_scope members:act-as'
    t.same(await walk(forMembers, whoFor, expected), [])
  })

  await t.test('acts by a key on no route that is the host’s alone', async (t) => {
    const alone = guarded.filter((target) => !forMembers.includes(target))
    t.ok(alone.length > 30)
    const whoFor = by('a member', { actor: own.as })
    t.same(await walk(alone, whoFor, () => '400 invalid_request'), [])
  })

  await t.test('is nobody once suspended, removed, not yet here, or of elsewhere', async (t) => {
    const [suspended, removed] = [await member(own.path), await member(own.path)]
    await call('POST', `${own.path}/members/${suspended.id}/suspend`)
    await call('DELETE', `${own.path}/members/${removed.id}`)
    const { invitation } = await invite(own.path, 'invited@own.test')
    const nobody = [
      `member:${removed.id}`,
      `member:${String(invitation.member_id)}`,
      victim.as,
      `member:${victim.ids['member_id']}`,
      'user:u_missing'
    ]
    const actor = suspended.as
    const asSuspended = by('a suspended member', { actor })
    t.same(await walk(forMembers, asSuspended, () => '403 actor_suspended'), [])
    for (const actor of nobody) {
      const expected = () => '404 actor_not_member'
      t.same(await walk(forMembers, by(actor, { actor }), expected), [], actor)
    }
  })

  await t.test('needs the permission that the route names, and no other helps', async (t) => {
    const missing = new Map<string, string>()
    for (const permission of permissionsOf(routes)) {
      const { as } = await member(own.path, { role: roleWithout(permission) })
      missing.set(permission, as)
    }
    const asking = forMembers.filter(({ access }) => 'permission' in access && access.permission)
    t.ok(asking.length > 70)
    const whoFor = ({ access }: Target): Caller => {
      const permission = 'permission' in access ? String(access.permission) : ''
      const actor = missing.get(permission) ?? ''
      return { name: `a role without ${permission}`, options: { actor } }
    }
    t.same(await walk(asking, whoFor, () => '403 not_permitted'), [])
  })

  await t.test('with no permission at all gets little, and changes nothing', async (t) => {
    const { as } = await member(own.path, { role: 'nothing' })
    const open = forMembers.filter(
      ({ access, operationId }) =>
        !('permission' in access && access.permission) && operationId !== 'leaveOrganization'
    )
    const whoFor = by('a role that may nothing', { actor: as })
    const expected = ({ operationId = '' }: Target) => WITHOUT_ANY[operationId] ?? 'not said here'
    t.same(await walk(open, whoFor, expected), [])
    t.equal(Object.keys(WITHOUT_ANY).length, open.length)
  })
})
