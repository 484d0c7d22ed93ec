// Baselines 3 and 4: the bare SQL of invitations in this process, without HTTP, and the same behind
// the least that Fastify can be asked for.
import Fastify from 'fastify'
import pg from 'pg'
import { answerParent } from '../lib/child.mjs'
import { newAddresses } from '../lib/seed.mjs'
import { encodeId, newUuid } from './ids.mjs'
import { inviteMany, inviteOne } from './invite.mjs'

const { BENCH_DATABASE: connectionString, BENCH_POOL_SIZE: max } = process.env
const pool = new pg.Pool({ connectionString, max: Number(max) })

/** As many at once as the load has connections, each invitation after the one before it. */
async function loop({ organizations, connections, seconds }) {
  const start = performance.now()
  const end = start + seconds * 1000
  const batch = newUuid()
  let answered = 0
  const inviteOnAndOn = async (_, lane) => {
    for (let turn = lane; performance.now() < end; turn += 1) {
      const { uuid } = organizations[turn % organizations.length]
      await inviteOne(pool, uuid, `person.${lane}.${turn}@${batch}.test`)
      answered += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, inviteOnAndOn))
  return { answered, perSecond: (answered / (performance.now() - start)) * 1000 }
}

async function timeBatch({ organization, count }) {
  const addresses = newAddresses(count)
  const start = performance.now()
  await inviteMany(pool, organization.uuid, addresses)
  return performance.now() - start
}

const app = Fastify()
app.post('/v1/:organization', async (request, reply) => {
  const offer = await inviteOne(pool, request.params.organization, request.body.emails)
  reply.code(201)
  return { id: encodeId('inv', offer.id), email: offer.email, created_at: offer.now }
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
answerParent({ url, headers: {} }, { loop, timeBatch })
