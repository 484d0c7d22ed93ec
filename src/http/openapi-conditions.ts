import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifyContextConfig } from 'fastify'
import { takesPrecondition } from './etag.js'

const EXAMPLE = '"3q2-7wHk0Vb1c9pXyZr4sTuVwXa"'

const IF_MATCH = {
  'If-Match': Type.Optional(
    Type.String({
      description:
        'Change it only while it is still what its GET told: one of these tags, or `*`. Else 412 ' +
        '`precondition_failed`.',
      examples: [EXAMPLE]
    })
  )
}

const IF_NONE_MATCH = {
  'If-None-Match': Type.Optional(
    Type.String({
      description: 'The `ETag` of what you have: 304 while it is still the same.',
      examples: [EXAMPLE]
    })
  )
}

/** Of an answer that has one. */
export const TAG_HEADER = {
  ETag: Type.String({
    description: 'Of what is told here, to you and in this language.',
    examples: [EXAMPLE]
  })
}

const NOT_MODIFIED = { 304: { description: 'It is what you have.', headers: TAG_HEADER } }
const PRECONDITION_FAILED = {
  412: {
    description: 'It is not what `If-Match` says.',
    content: { 'application/problem+json': { schema: Type.Ref('Problem') } }
  }
}

interface Conditions {
  readonly headers: Record<string, TSchema>
  readonly response: Record<number, unknown>
}

/** What may be asked of a resource's tag, and what follows from that. */
export function conditionsOf(
  method: string,
  config: FastifyContextConfig,
  tagged: readonly number[]
): Conditions {
  if (takesPrecondition(method, config)) {
    return { headers: IF_MATCH, response: PRECONDITION_FAILED }
  }
  return method === 'GET' && tagged.length > 0
    ? { headers: IF_NONE_MATCH, response: NOT_MODIFIED }
    : { headers: {}, response: {} }
}
