import { type TSchema, Type } from '@sinclair/typebox'

const RATE_LIMIT = {
  'RateLimit-Policy': Type.String({
    description:
      'The budgets that this was counted in, where there is one: each with its name, its requests ' +
      '(`q`) and the seconds of its window (`w`). `key`: this API key. `person`: who has the token. ' +
      '`address`, `token`, `page`: of the public operations.',
    examples: ['"address";q=120;w=60, "token";q=20;w=60']
  }),
  RateLimit: Type.String({
    description: 'How many requests are left of each (`r`), and for how many seconds (`t`).',
    examples: ['"address";r=117;t=42, "token";r=19;t=60']
  })
}
const RETRY_AFTER = {
  'Retry-After': Type.Integer({ description: 'Seconds to wait.', examples: [12] })
}

/** Headers that most operations have. The document says once what they are (`withSharedHeaders`). */
export const SHARED_HEADERS = {
  /** Of an answer to what is counted. */
  counted: RATE_LIMIT,
  /** Of what is to be sent again later. */
  later: RETRY_AFTER
} as const satisfies Record<string, Record<string, TSchema>>

const ALL: Record<string, TSchema> = { ...RATE_LIMIT, ...RETRY_AFTER }

interface Answer {
  readonly headers?: Record<string, unknown>
}
interface Operation {
  readonly responses?: Record<string, Answer>
}
interface Document {
  readonly paths?: object
  readonly components?: object
}

/** Names them at each operation instead of describing them two hundred times. */
export function withSharedHeaders<T extends Document>(document: T): T {
  const paths = mapValues((document.paths ?? {}) as Record<string, object>, (path) =>
    mapValues(path as Record<string, Operation>, (operation) =>
      operation.responses === undefined
        ? operation
        : { ...operation, responses: mapValues(operation.responses, withReferences) }
    )
  )
  const headers = mapValues(ALL, ({ description, ...schema }) => ({ description, schema }))
  return { ...document, paths, components: { ...document.components, headers } }
}

const withReferences = (answer: Answer): Answer =>
  answer.headers === undefined
    ? answer
    : {
        ...answer,
        headers: Object.fromEntries(
          Object.entries(answer.headers).map(([name, header]) => [
            name,
            name in ALL ? { $ref: `#/components/headers/${name}` } : header
          ])
        )
      }

const mapValues = <T, U>(record: Record<string, T>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
