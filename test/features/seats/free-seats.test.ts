import t from 'tap'
import { SYSTEM } from '../../../src/context.js'
import { lockOrganization } from '../../../src/features/organizations/queries.js'
import { freeSeatsOf } from '../../../src/features/seats/free-seats.js'
import { createTestApp, START } from '../../helpers/app.js'

await t.test('free seats are told only of an organization that was locked to count', async (t) => {
  const { deps, organization, invite } = await createTestApp(t)
  const { id, path } = await organization({ seat_limit: 3 })
  await invite(path, 'one@seats.test')
  const ctx = { actor: SYSTEM, now: START, requestId: null, locale: 'en' } as const
  const lock = (countMembers: boolean) =>
    deps.db.transaction((tx) =>
      lockOrganization(deps, tx, ctx, { organizationId: id, countMembers })
    )
  t.equal(freeSeatsOf(await lock(true)), 1, 'the owner and the invited use one each')
  const uncounted = await lock(false)
  t.throws(() => freeSeatsOf(uncounted), { message: /countMembers/ })
})
