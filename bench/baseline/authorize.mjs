// The least that could answer a check: a Fastify route with a body schema and a response schema that
// knows nobody and always says the same. The same requests are sent to it.
import Fastify from 'fastify'
import { answerParent } from '../lib/child.mjs'

const text = { type: 'string' }
const schema = {
  body: {
    type: 'object',
    properties: { user_id: text, permission: text },
    required: ['user_id', 'permission'],
    additionalProperties: false
  },
  response: {
    200: {
      type: 'object',
      properties: {
        allowed: { type: 'boolean' },
        member_id: text,
        role: text,
        via: { type: 'object', properties: { role: text, permission: text } }
      }
    }
  }
}
const ANSWER = {
  allowed: true,
  member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
  role: 'member',
  via: { role: 'member', permission: 'team.view' }
}

const app = Fastify()
app.post('/v1/organizations/:organization_id/authorize', { schema }, async () => ANSWER)
answerParent({ url: await app.listen({ host: '127.0.0.1', port: 0 }), headers: {} })
