// Baseline 1: what Fastify can do at all.
import Fastify from 'fastify'
import { answerParent } from '../lib/child.mjs'

const app = Fastify()
const response = {
  200: { type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } }
}
app.get('/', { schema: { response } }, async () => ({ id: 'mem_1', name: 'Ana' }))
answerParent({ url: await app.listen({ host: '127.0.0.1', port: 0 }), headers: {} })
