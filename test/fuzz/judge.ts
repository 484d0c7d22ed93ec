import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import { problemCatalogue } from '../../src/errors.js'
import { OWN_FORMATS } from '../../src/http/validation.js'
import type { Json, Operation } from '../helpers/openapi.js'

/** Whoever is overloaded, or without its database, says so; nothing else of that kind may happen. */
const isFault = (status: number, responses: object) =>
  status >= 500 && !(status === 503 && '503' in responses)

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

type Judge = (operation: Operation, reply: Reply) => string[]

const PROBLEM = 'application/problem+json'
const REQUEST_ID = /^[\w.:-]{1,128}$/

/** Holds answers to what the document says of them; tells what is wrong. */
export function createJudge(document: Json): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ;(addFormatsModule as unknown as typeof addFormatsModule.default)(ajv)
  for (const [name, check] of Object.entries(OWN_FORMATS)) ajv.addFormat(name, check)
  ajv.addSchema({ $id: 'document', ...document })
  const compiled = new Map<string, ValidateFunction>()
  const codes = problemCatalogue()

  function misfits(schema: Json, name: string, value: unknown): string[] {
    const inDocument = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')
    const check = compiled.get(name) ?? ajv.compile(JSON.parse(inDocument) as object)
    compiled.set(name, check)
    if (check(value)) return []
    return (check.errors ?? []).map((one) => `${one.instancePath} ${one.message ?? ''}`)
  }

  function judgeProblem(status: number, body: Json): string[] {
    const known = codes.get(String(body.code))
    if (!known) return [`the code ${String(body.code)} is in no list`]
    return known.status === status ? [] : [`${String(body.code)} is sent with ${status}`]
  }

  function judgeBody(
    { operation }: Operation,
    { status, text }: Reply,
    type: string,
    schema: Json
  ) {
    if (!type.endsWith('json')) return []
    const body: Json = JSON.parse(text)
    const wrong = misfits(schema, `${operation.operationId} ${status} ${type}`, body)
    return type === PROBLEM ? [...wrong, ...judgeProblem(status, body)] : wrong
  }

  return (asked, reply) => {
    const { status, headers } = reply
    const { responses } = asked.operation
    const told = responses[status in responses ? String(status) : 'default']
    const { 'x-request-id': id = '', 'content-type': sentAs = '' } = headers
    if (isFault(status, responses)) return ['a fault of ours']
    if (!REQUEST_ID.test(id)) return ['no x-request-id']
    const [type = ''] = sentAs.split(';')
    const content = told.content?.[type]
    return content
      ? judgeBody(asked, reply, type, content.schema)
      : [`${type} is not documented with ${status}`]
  }
}
