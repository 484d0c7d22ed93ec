import t from 'tap'
import type { Answer } from '../helpers/app.js'
import { operationsOf, readDocument } from '../helpers/openapi.js'
import { nameOf, parametersOf } from '../helpers/routes.js'
import { readStatements } from '../helpers/statements.js'
import { fingerprint, type Ids, MISSING } from '../helpers/tenant-with-everything.js'
import { bodyOf, leaksOf, openWorld, pathOf, toldBy, verdictOf } from '../helpers/walk.js'
import {
  BODIES_WITH_IDS,
  idPlaces,
  putId,
  queryIdsOf,
  requiredQueryOf,
  valuesAt
} from './bodies-with-ids.js'

/** What is refused in an organization of one's own, about what is not there. */
const NOTHING_THERE = /^(404 [a-z_]+|403 not_permitted)$/

await t.test('ids of another organization, within one of one’s own,', async (t) => {
  const world = await openWorld(t)
  const { app, routes, victim, own, ownKey } = world
  const document = await readDocument()
  const tenantRoutes = routes.filter(({ access }) => access.class === 'tenant')
  const callers = [{ key: ownKey }, { key: ownKey, actor: own.as }]

  let made = 0

  /** Sends it twice, with what is foreign and with what is missing, and tells how they differ. */
  const compare = async (send: (ids: Ids) => Promise<Answer>) => {
    const seen: string[][] = []
    for (const known of [MISSING, victim.ids]) {
      made += 1
      const ids = { ...known, fresh: `fresh${made}x` }
      const answers: Answer[] = []
      const statements = await readStatements(async () => answers.push(await send(ids)))
      const [answer] = answers
      if (!answer) throw new Error('sent above')
      seen.push([verdictOf(answer), toldBy(answer, ids), statements.join(';\n')])
      const leaks = leaksOf(answer, victim, ids)
      if (leaks.length > 0) seen.push(['gives away', ...leaks])
    }
    const [none = [], foreign = [], ...leaks] = seen
    const differs = none.findIndex((one, index) => one !== foreign[index])
    const misfits = [
      ...leaks.map((leak) => leak.join(' ')),
      ...(differs < 0 ? [] : [`${foreign[differs]} instead of ${none[differs]}`])
    ]
    return { verdict: none[0] ?? '', misfits }
  }

  await t.test('do not exist in a path, each by itself', async (t) => {
    const before = await fingerprint(app.deps.db)
    const misfits: string[] = []
    const walked = tenantRoutes.flatMap((target) =>
      parametersOf(target)
        .filter((name) => name !== 'organization_id')
        .map((name) => ({ target, name }))
    )
    t.ok(walked.length > 40)
    for (const { target, name } of walked) {
      for (const caller of callers) {
        const send = (ids: Ids) => {
          const mixed = { ...own.ids, [name]: ids[name] ?? '' }
          const body = bodyOf(world, target, own.ids)
          const path = pathOf(target, mixed)
          return app.call(target.method, path, {
            ...caller,
            ...(body === undefined ? {} : { body })
          })
        }
        const { verdict, misfits: found } = await compare(send)
        const place = `${nameOf(target)} with ${name}`
        misfits.push(...found.map((one) => `${place}: ${one}`))
        if (!NOTHING_THERE.test(verdict)) misfits.push(`${place}: ${verdict}`)
      }
    }
    t.same(misfits, [])
    t.equal(await fingerprint(app.deps.db), before, 'no row changed')
  })

  await t.test('match nothing in a query', async (t) => {
    const before = await fingerprint(app.deps.db)
    const misfits: string[] = []
    const walked = operationsOf(document).flatMap(({ operation, ...target }) => {
      const [route] = routes.filter((one) => one.operationId === operation.operationId)
      if (!route) return []
      const always = requiredQueryOf(operation)
      return queryIdsOf(operation).map((query) => ({
        ...query,
        always,
        target: { ...route, ...target }
      }))
    })
    t.ok(walked.length > 25)
    for (const { target, name, of, always } of walked) {
      const send = (ids: Ids) => {
        const place = `${pathOf(target, own.ids)}?${always}${name}=${encodeURIComponent(ids[of] ?? '')}`
        return app.call(target.method, place, { key: ownKey })
      }
      const place = `${nameOf(target)}?${name}`
      if (target.method === 'GET') {
        const { status } = await send(own.ids)
        const isTaken = status === 200 || (target.access.class === 'operator' && status === 403)
        if (!isTaken) misfits.push(`${place} is not taken at all: ${status}`)
      }
      const { verdict, misfits: found } = await compare(send)
      misfits.push(...found.map((one) => `${place}: ${one}`))
      if (!/^(200|403 key_limited_to_organizations|404 [a-z_]+|422 [a-z_]+)$/.test(verdict))
        misfits.push(`${place}: ${verdict}`)
    }
    t.same(misfits, [])
    t.equal(await fingerprint(app.deps.db), before, 'no row changed')
  })

  await t.test('name nothing in a body, and one’s own do', async (t) => {
    const before = await fingerprint(app.deps.db, victim.id)
    const misfits: string[] = []
    const left = new Set(idPlaces(document))
    for (const [operationId, bodies] of Object.entries(BODIES_WITH_IDS)) {
      const [target] = routes.filter((one) => one.operationId === operationId)
      if (!target) throw new Error(`there is no ${operationId}`)
      for (const make of bodies) {
        const call = (body: unknown) =>
          app.call(target.method, pathOf(target, own.ids), { key: ownKey, body })
        for (const place of valuesAt(make({ ...own.ids, fresh: 'fresh' }), own.ids)) {
          left.delete(`${operationId} ${place.pointer}`)
          const send = (ids: Ids) =>
            call(putId(make({ ...own.ids, fresh: ids['fresh'] ?? '' }), place, ids))
          const { misfits: found } = await compare(send)
          misfits.push(...found.map((one) => `${operationId} ${place.pointer}: ${one}`))
        }
        const body = make({ ...own.ids, fresh: 'own' })
        const answer = await call(body)
        const isDone =
          answer.status < 300 && !/"status":"(error|failed)"/.test(JSON.stringify(answer.body))
        const isForOthers = answer.body?.code === 'key_limited_to_organizations'
        if (!isDone && !isForOthers)
          misfits.push(`${operationId} ${JSON.stringify([body, answer.body])}`)
      }
    }
    t.same(misfits, [])
    t.same([...left], [], 'every id of every body has its turn')
    t.equal(await fingerprint(app.deps.db, victim.id), before, 'no row of it changed')
  })
})
