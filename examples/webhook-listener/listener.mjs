// Listens to Muster's webhooks: who sent them is verified, and each event is taken once.
import Fastify from 'fastify'
import { Webhook } from 'standardwebhooks'

const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? '')
const app = Fastify({ logger: true })
/** In a real service a table: an event is marked in the transaction that acts on it. */
const seen = new Set()

// The signature is over the bytes as they came, so they must not be parsed before.
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
  done(null, body)
})

app.post('/webhooks/muster', (request, reply) => {
  let event
  try {
    event = webhook.verify(request.body, request.headers)
  } catch {
    return reply.code(401).send({ error: 'not from Muster' })
  }
  const id = request.headers['webhook-id']
  if (seen.has(id)) return reply.code(204).send() // Delivered before: said once more, done once.
  seen.add(id)
  request.log.info({ id, organization: event.organization_id }, event.type)
  return reply.code(204).send()
})

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 4800) })
