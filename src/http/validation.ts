import { Ajv, type Options, type ValidateFunction } from 'ajv'
import addFormatsModule from 'ajv-formats'
import { parseEmail } from '../email.js'
import { isPermission } from '../policy/permissions.js'
import { isLinkBase, isWebAddress } from '../web-address.js'

const BASE: Options = {
  allErrors: false,
  removeAdditional: false,
  useDefaults: true,
  strict: false
}

// The module is CommonJS: its default export is itself behind `default`.
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default

/**
 * Bodies are taken as they are: a number sent as text is wrong. Query and path parameters are
 * always text, so they are read as what their schema says. Unknown fields are refused in both.
 */
export function compileValidator(schema: object, httpPart?: string): ValidateFunction {
  const reader = httpPart === 'body' ? strict : coercing
  const text = JSON.stringify(schema)
  const known = reader.compiled.get(text)
  if (known) return known
  const validate = reader.ajv.compile(schema)
  reader.compiled.set(text, validate)
  return validate
}

function createAjv(options: Options): Ajv {
  const ajv = new Ajv(options)
  addFormats(ajv)
  for (const [name, check] of Object.entries(OWN_FORMATS)) ajv.addFormat(name, check)
  return ajv
}

/** RFC 3339, of which the leap second is left out: no Date can hold it. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** What schemas may name besides the standard formats, and what is stricter here. */
export const OWN_FORMATS: Record<string, (text: string) => boolean> = {
  'date-time': (text) => INSTANT.test(text) && !Number.isNaN(Date.parse(text)),
  mailbox: (text) => parseEmail(text) !== undefined,
  'web-url': isWebAddress,
  'link-base': isLinkBase,
  'time-zone': isTimeZone,
  permission: isPermission
}

function isTimeZone(text: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const UNSTORABLE = /\0|\p{Surrogate}/u

/** Where a value holds text that the database cannot store; undefined when nowhere. */
export function findUnstorable(value: unknown, pointer: string): string | undefined {
  if (typeof value === 'string') return UNSTORABLE.test(value) ? pointer : undefined
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, item] of Object.entries(value)) {
    const place = UNSTORABLE.test(key) ? pointer : findUnstorable(item, `${pointer}/${key}`)
    if (place !== undefined) return place
  }
  return undefined
}

/** The same schema on a hundred routes, or of several apps in one process, is compiled once. */
const createReader = (options: Options) => ({
  ajv: createAjv(options),
  compiled: new Map<string, ValidateFunction>()
})

const strict = createReader({ ...BASE, coerceTypes: false })
const coercing = createReader({ ...BASE, coerceTypes: true })
