import { fromString, fromUUID, toUUID, typeidUnboxed } from 'typeid-js'

/** The closed list of id prefixes. Secrets (`mk_`, `mlk_`) never share one with an id. */
export const ID_PREFIXES = ['org', 'mem', 'inv', 'grp', 'evt', 'key', 'job', 'mail', 'req'] as const
export type IdPrefix = (typeof ID_PREFIXES)[number]

/**
 * A new TypeID: prefix and UUIDv7 in Crockford base 32. The only source of ids. Ids of one process
 * sort in the order in which they were made.
 */
export function newId(prefix: IdPrefix): string {
  return typeidUnboxed(prefix)
}

/** `org_…` → the uuid that the database stores. Throws on anything but an id of this prefix. */
export function idToUuid(prefix: IdPrefix, id: string): string {
  return toUUID(fromString(id, prefix))
}

/** The uuid that the database stores → `org_…`. */
export function uuidToId(prefix: IdPrefix, uuid: string): string {
  return fromUUID(uuid, prefix)
}

/** What an id of this prefix looks like, for schemas: 128 bits, so the first digit is at most 7. */
export function idPattern(prefix: IdPrefix): string {
  return `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`
}

/** Stands for the deployment itself where a row belongs to no organization; told as null. */
export const DEPLOYMENT_ID = 'org_00000000000000000000000000'
