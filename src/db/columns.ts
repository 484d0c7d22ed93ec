import { customType, timestamp } from 'drizzle-orm/pg-core'
import { type IdPrefix, idToUuid, uuidToId } from '../ids.js'

/** An id of this kind: `org_…` in code, uuid in the database. */
export const typeId = (prefix: IdPrefix, column = 'id') =>
  customType<{ data: string; driverData: string }>({
    dataType: () => 'uuid',
    toDriver: (id) => idToUuid(prefix, id),
    fromDriver: (uuid) => uuidToId(prefix, uuid)
  })(column)

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

export const instant = (name: string) => timestamp(name, { withTimezone: true })
