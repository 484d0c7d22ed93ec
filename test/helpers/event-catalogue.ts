import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import { sql } from 'drizzle-orm'
import type { Db } from '../../src/db/client.js'
import { AREAS } from '../../src/features/events/catalogue/catalogue.js'
import { schemaOf } from '../../src/features/events/catalogue/describe-webhooks.js'
import { selectEvents } from '../../src/features/events/queries.js'
import { EventSchema, toEvent } from '../../src/features/events/schemas.js'
import { OWN_FORMATS } from '../../src/http/validation.js'

/** Events of one database: more tell nothing new. */
const EVENTS_MAX = 2_000

const entries = new Map(AREAS.flatMap(({ events }) => Object.entries(events)))
const ajv = new Ajv2020({ strict: false, allErrors: true })
;(addFormatsModule as unknown as typeof addFormatsModule.default)(ajv)
for (const [name, check] of Object.entries(OWN_FORMATS)) ajv.addFormat(name, check)
ajv.addSchema({ $id: 'document', components: { schemas: { Event: EventSchema } } })

/** Of this process: tests begin with an app of their own. */
const checks = new Map<string, ValidateFunction>()

/** What is wrong with an event, held against what the document says of its type. */
export function misfitsOf(event: { readonly type: string }): string[] {
  const { type } = event
  const check = checkOf(type)
  if (!check) return [`${type} is not in the catalogue`]
  const faults = check(event) ? [] : (check.errors ?? [])
  return faults.map(({ instancePath, message, params }) =>
    [type, instancePath, message, JSON.stringify(params)].join(' ')
  )
}

function checkOf(type: string): ValidateFunction | undefined {
  const known = checks.get(type)
  const entry = entries.get(type)
  if (known || !entry) return known
  const schema = JSON.stringify(schemaOf(type, entry))
  const check = ajv.compile(
    JSON.parse(schema.replaceAll('"#/components/', '"document#/components/'))
  )
  checks.set(type, check)
  return check
}

/** What of the events of this database is not as the catalogue says; each fault once. */
export async function findMisfits(db: Db): Promise<string[]> {
  const events = await selectEvents(db, { where: sql`true`, order: 'asc', limit: EVENTS_MAX })
  return [...new Set(events.flatMap((event) => misfitsOf(toEvent(event))))]
}
