import type { ErrorObject, ValidateFunction } from 'ajv'
import fastJson from 'fast-json-stringify'
import type {
  FastifySchemaCompiler,
  FastifySerializerCompiler,
  FastifyServerOptions
} from 'fastify'
import { compileValidator, OWN_FORMATS } from './validation.js'

type SchemaController = NonNullable<FastifyServerOptions['schemaController']>
type Compilers = NonNullable<SchemaController['compilersFactory']>

/**
 * When the schemas of routes are compiled. All of them take half a second, which a start would wait
 * for, and most processes never answer most routes: so each is compiled by the first that needs it.
 * Whoever draws the document compiles all of them, so a broken one is found before it is committed.
 */
export type Compiling = 'at_first_use' | 'at_start'

type Schema = fastJson.Schema & { readonly $id?: string }
/** What other schemas name, by `$id`. */
type Shared = Record<string, Schema>

export function createCompilers(compiling: Compiling): Compilers {
  const isLater = compiling === 'at_first_use'
  const toValidate = isLater ? validateLater : atOnce
  const toWrite = isLater ? writeLater : atOnce
  const validators: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
    toValidate(() => compileValidator(schema, httpPart))
  const toSerializers =
    (shared: Shared): FastifySerializerCompiler<Schema> =>
    ({ schema }) =>
      toWrite(() => compileSerializer(schema, shared))
  // Fastify's types know only its own compilers.
  return {
    buildValidator: () => validators,
    buildSerializer: toSerializers
  } as unknown as Compilers
}

const atOnce = <T>(compile: () => T): T => compile()

interface Validate {
  (data: unknown): boolean
  errors?: ErrorObject[] | null
}

function validateLater(compile: () => ValidateFunction): Validate {
  let compiled: ValidateFunction | undefined
  const validate: Validate = (data) => {
    compiled ??= compile()
    const isValid = compiled(data)
    validate.errors = compiled.errors ?? null
    return isValid
  }
  return validate
}

type Write = (data: unknown) => string

function writeLater(compile: () => Write): Write {
  let compiled: Write | undefined
  return (data) => {
    compiled ??= compile()
    return compiled(data)
  }
}

/** By the text of their schemas, as validators are: whatever server it is, it shares the same ones. */
const serializers = new Map<string, Write>()

/** One that is shared itself is not its own neighbor: two of the same `$id` are refused. */
function compileSerializer(schema: Schema, shared: Shared): Write {
  const text = JSON.stringify(schema)
  const known = serializers.get(text)
  if (known) return known
  const others = Object.entries(shared).filter(([id]) => id !== schema.$id)
  const write = fastJson(schema, {
    schema: Object.fromEntries(others),
    ajv: { formats: OWN_FORMATS }
  })
  serializers.set(text, write)
  return write
}
