import t from 'tap'
import { verifiedDomains } from '../../../src/db/tables/domain-claims.js'
import { createTestApp } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { beginClaim, claimByMail, wrongCode } from '../../helpers/domains.js'
import { inTurn, lockOrganization } from '../../helpers/locks.js'

await t.test('claims of a domain at the same moment', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, organization } = app

  /** A team that has begun to claim a domain. */
  async function begin(domain: string) {
    const claim = await beginClaim(app, domain)
    const { org, path } = claim
    return {
      ...claim,
      row: { domain, organizationId: org.id, claimId: String(claim.claim.id) },
      release: () => call('DELETE', path),
      events: async (type: string) =>
        (await call('GET', `${org.path}/events?type=domain_claim.${type}`)).body.data
    }
  }

  await t.test('two teams prove it at once: exactly one has it', async (t) => {
    for (let round = 0; round < 3; round += 1) {
      const domain = `both-${round}.test`
      const [one, two] = [await begin(domain), await begin(domain)]
      const { answers } = await deps.db.transaction(async (tx) => {
        await lockOrganization(tx, one.org.id)
        await lockOrganization(tx, two.org.id)
        const answers = [one.verify(), two.verify()]
        await untilBlocked(deps.db, 2)
        return { answers }
      })
      const told = (await Promise.all(answers)).map(({ status, body }) => body.code ?? status)
      t.same(told.map(String).sort(), ['200', 'domain_taken'])
      const owners = await deps.db.select().from(verifiedDomains)
      t.equal(owners.filter((row) => row.domain === domain).length, 1)
      const statuses = [(await one.read()).status, (await two.read()).status]
      t.same(statuses.sort(), ['pending', 'verified'])
    }
  })

  await t.test('whoever comes second waits for the first, and is told', async (t) => {
    const [first, second] = [await begin('waits.test'), await begin('waits.test')]
    const { late } = await deps.db.transaction(async (tx) => {
      await tx.insert(verifiedDomains).values(first.row)
      const late = second.verify()
      await untilBlocked(deps.db)
      return { late }
    })
    t.match(await late, { status: 409, body: { code: 'domain_taken', domain: 'waits.test' } })
    t.match(await second.read(), { status: 'pending', tries_left: 5, verified_at: null })
    t.same(await second.events('verified'), [])
  })

  await t.test('and has it where the first comes to nothing', async (t) => {
    const [first, second] = [await begin('undone.test'), await begin('undone.test')]
    let late: ReturnType<typeof second.verify> | undefined
    await t.rejects(
      deps.db.transaction(async (tx) => {
        await tx.insert(verifiedDomains).values(first.row)
        late = second.verify()
        await untilBlocked(deps.db)
        throw new Error('undone')
      }),
      { message: 'undone' }
    )
    t.match(await late, { status: 200, body: { status: 'verified' } })
    t.match(await first.verify(), { status: 409, body: { code: 'domain_taken' } })
  })

  await t.test('the right code twice at once proves it once', async (t) => {
    const { org, verify, events } = await begin('twice.test')
    const answers = await inTurn(deps.db, org.id, [() => verify(), () => verify()])
    t.same(
      answers.map(({ status }) => status),
      [200, 200]
    )
    t.same(answers[0]?.body, answers[1]?.body)
    t.equal((await events('verified')).length, 1)
  })

  await t.test('every wrong code of a crowd is counted', async (t) => {
    const { org, code, verify, read, events } = await begin('crowd.test')
    const guesses = Array.from({ length: 6 }, () => () => verify(wrongCode(code)))
    const answers = await inTurn(deps.db, org.id, [...guesses, () => verify()])
    t.same(
      answers.map(({ body }) => body.tries_left ?? body.code),
      [4, 3, 2, 1, 0, 'domain_claim_failed', 'domain_claim_failed']
    )
    t.match(await read(), { status: 'failed', failure: 'too_many_tries' })
    t.equal((await events('failed')).length, 1)
  })

  await t.test('a claim that is released meanwhile is not proven', async (t) => {
    const { org, verify, release, read } = await begin('released.test')
    const [, late] = await inTurn(deps.db, org.id, [release, () => verify()])
    t.match(late, { status: 410, body: { code: 'domain_claim_released' } })
    t.match(await read(), { status: 'released', verified_at: null })
  })

  await t.test('two claims of one team at once leave one open', async (t) => {
    const org = await organization()
    const claim = () => claimByMail(app, org, 'ana@open.test')
    const answers = await inTurn(deps.db, org.id, [claim, claim])
    t.same(
      answers.map(({ status }) => status),
      [201, 201]
    )
    const { body } = await call('GET', `${org.path}/domain-claims`)
    t.match(body.data, [{ status: 'pending' }, { status: 'released' }])
  })
})
