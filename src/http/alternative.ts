import type { Static, TSchema } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'

declare module 'fastify' {
  interface FastifySchema {
    /** What else an operation may answer with, by status, depending on what it was asked. */
    alternatives?: Readonly<Record<number, TSchema>>
  }
}

/**
 * Answers with what is not the route's usual shape, and nothing but what the schema names. A choice
 * between both as one schema would hold every answer against it to know which it is.
 */
export async function answerAs<T extends TSchema>(
  reply: FastifyReply,
  schema: T,
  answer: Static<T>
): Promise<FastifyReply> {
  return reply
    .type('application/json; charset=utf-8')
    .serializer(reply.compileSerializationSchema(schema))
    .send(answer)
}
