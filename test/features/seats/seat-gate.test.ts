import t from 'tap'
import { SYSTEM } from '../../../src/context.js'
import { lockOrganization } from '../../../src/features/organizations/queries.js'
import { openGate } from '../../../src/features/seats/seat-gate.js'
import { createTestApp, START } from '../../helpers/app.js'

await t.test('the gate opens only for an organization that was locked to count', async (t) => {
  const { deps, organization, invite } = await createTestApp(t)
  const { id, path } = await organization({ billing: { seats: 3 } })
  await invite(path, 'one@seats.test')
  const ctx = { actor: SYSTEM, now: START, requestId: null, locale: 'en' } as const
  const lock = (countMembers: boolean) =>
    deps.db.transaction((tx) =>
      lockOrganization(deps, tx, ctx, { organizationId: id, countMembers })
    )
  const gate = openGate(await lock(true))
  const joining = { from: null, to: 'active' } as const
  t.equal(gate.take(joining), undefined, 'the owner and the invited use one each')
  t.match(gate.take(joining), {
    definition: { code: 'seats_exhausted' },
    members: {
      limit: 3,
      used: 3,
      members: { active: 2, invited: 1 },
      ways_out: ['cancel_invitation', 'remove_member', 'raise_limit']
    }
  })
  t.equal(gate.take({ from: 'invited', to: 'active' }), undefined, 'has one already')
  const uncounted = await lock(false)
  t.throws(() => openGate(uncounted), { message: /countMembers/ })
})
