import { type SQL, sql } from 'drizzle-orm'
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

/** An instant by its number, as the database knows fewer years by their names than we do. */
export const instantSql = (at: Date): SQL =>
  sql`to_timestamp(${at.getTime()}::double precision / 1000)`

export const instant = (name: string) => timestamp(name, { withTimezone: true })

/** A whole number up to 2^53-1, such as an amount in minor units; the driver tells it as text. */
export const wholeNumber = (name: string) =>
  customType<{ data: number; driverData: string | number }>({
    dataType: () => 'bigint',
    fromDriver: Number
  })(name)

/** A day of a calendar, `2026-11-01`: no instant. Read by itself the driver makes it local midnight. */
export const day = (name: string) =>
  customType<{ data: string; driverData: string | Date }>({
    dataType: () => 'date',
    fromDriver: (value) => (typeof value === 'string' ? value : dayOf(value))
  })(name)

const dayOf = (midnight: Date) =>
  [midnight.getFullYear(), midnight.getMonth() + 1, midnight.getDate()]
    .map((part, index) => String(part).padStart(index === 0 ? 4 : 2, '0'))
    .join('-')
