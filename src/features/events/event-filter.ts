import { and, type SQL, sql } from 'drizzle-orm'
import { instantSql } from '../../db/columns.js'
import { containsText } from '../../db/page.js'
import { idToUuid } from '../../ids.js'
import { toLikePatterns } from './event-type-patterns.js'
import { KEY } from './personal.js'

export const ACTOR_TYPES = ['api_key', 'member', 'user', 'system'] as const

/** Which events of an organization's log are meant. */
export interface EventFilter {
  readonly types?: readonly string[] | undefined
  readonly actorType?: (typeof ACTOR_TYPES)[number] | undefined
  /** Of Muster's, or the host's id of a person. */
  readonly actorId?: string | undefined
  /** By which key it came, for whomever. */
  readonly apiKeyId?: string | undefined
  readonly subjectType?: string | undefined
  readonly subjectId?: string | undefined
  /** They happened at this instant or later. */
  readonly from?: Date | undefined
  /** They happened before. */
  readonly to?: Date | undefined
  /** A fragment of what they tell. */
  readonly q?: string | undefined
}

export const inOrganization = (organizationId: string): SQL =>
  sql`e.organization_id = ${idToUuid('org', organizationId)}`

/** Of `e` and `p`; undefined: all of them. */
export function whereEvents(filter: EventFilter): SQL | undefined {
  const { types, actorType, apiKeyId, subjectType, subjectId, from, to, q } = filter
  return and(
    types === undefined ? undefined : ofTypes(types),
    actorType === undefined ? undefined : sql`e.actor_type = ${actorType}`,
    byActor(filter),
    apiKeyId === undefined ? undefined : byKey(apiKeyId),
    subjectType === undefined ? undefined : sql`e.subject_type = ${subjectType}`,
    subjectId === undefined ? undefined : sql`e.subject_id = ${subjectId}`,
    from === undefined ? undefined : sql`e.occurred_at >= ${instantSql(from)}`,
    to === undefined ? undefined : sql`e.occurred_at < ${instantSql(to)}`,
    q === undefined ? undefined : tells(q)
  )
}

export const ofTypes = (patterns: readonly string[]): SQL | undefined =>
  patterns.includes('*')
    ? undefined
    : sql`e.type like any(${sql.param(toLikePatterns(patterns))}::text[])`

const OWN_ID = /^(key|mem)_[0-7][0-9a-hjkmnp-tv-z]{25}$/

/**
 * The host's ids of people are personal and lie apart; an id that looks like one of ours is theirs only
 * where it is said to be a user's. One or the other: either is found by an index.
 */
function byActor({ actorType, actorId }: EventFilter): SQL | undefined {
  if (actorId === undefined) return undefined
  const isPerson = actorType === 'user' || (actorType === undefined && !OWN_ID.test(actorId))
  if (!isPerson) return sql`e.actor_id = ${actorId}`
  return sql`e.actor_type = 'user' and p.leaves ? 'actor_id'
    and p.leaves -> 'actor_id' ->> 0 = ${actorId}`
}

/** Whatever the key did itself, and what others did by it. */
export const byKey = (id: string): SQL =>
  sql`(e.actor_id = ${id} or p.leaves -> ${sql.raw(`'${KEY}'`)} ->> 0 = ${id})`

/** The fields of a leaf that are not told, its salt and its hash, are not looked at; nor is the key. */
const tells = (q: string): SQL => sql`(${holds(sql`e.data`, '$', q)}
  or ${holds(sql`e.changes`, '$', q)}
  or ${holds(sql`p.leaves - ${sql.raw(`'${KEY}'`)}`, '$.*[0]', q)})`

const SCALARS = '** ? (@.type() == "string" || @.type() == "number")'

/** Any text or number at any depth. */
const holds = (json: SQL, path: '$' | '$.*[0]', q: string): SQL => sql`exists (
  select from jsonb_path_query(${json}, ${sql.raw(`'strict ${path}.${SCALARS}'`)}) as told(value)
  where told.value #>> '{}' ilike ${containsText(q)})`
