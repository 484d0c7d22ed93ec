import { coalesce } from '../../coalesce.js'
import type { Statement } from '../../db/statement.js'
import type { Deps } from '../../deps.js'
import { idPattern, idToUuid, uuidToId } from '../../ids.js'
import type { ResourceStanding } from '../../policy/decision.js'

/** A member, and a resource by any name it has. */
export interface Pair {
  readonly memberId: string
  readonly resource: string
}

/** How resources stand to members; undefined: the organization has none that is called so. */
export type Standings = (pair: Pair) => ResourceStanding | undefined

export interface StandingsQuestion {
  readonly organizationId: string
  readonly pairs: readonly Pair[]
}

export type FindStandings = (question: StandingsQuestion) => Promise<Standings>

/**
 * Each pair's resource, by its id or else by the host's, whether the member owns it, whether another
 * has it alone, and in which modes the member has it: directly first, and of the groups that have it
 * in the same mode one, so that an answer stays small however many groups somebody is in.
 */
const FIND_STANDINGS: Statement = {
  name: 'find_resource_standings',
  text: `
    select asked.place, r.kind,
      exists (select from resource_owners o where o.organization_id = asked.organization_id
        and o.resource_id = r.id and o.member_id = asked.member_id) as owned,
      r.exclusive and exists (select from resource_grants g
        where g.organization_id = asked.organization_id and g.resource_id = r.id and g.exclusive
          and g.member_id <> asked.member_id) as taken,
      array(select g.mode from resource_grants g where g.organization_id = asked.organization_id
        and g.resource_id = r.id and g.member_id = asked.member_id) as modes,
      (select json_agg(json_build_object('mode', had.mode, 'group_id', had.group_id)
          order by had.mode)
        from (
          select distinct on (gg.mode) gg.mode, gg.group_id
          from group_members gm
          join resource_group_grants gg on gg.organization_id = gm.organization_id
            and gg.group_id = gm.group_id
          where gm.organization_id = asked.organization_id and gm.member_id = asked.member_id
            and gg.resource_id = r.id
          order by gg.mode, gg.group_id) had) as grouped
    from json_to_recordset($1::json)
      as asked(place integer, organization_id uuid, member_id uuid, id uuid, name text)
    join lateral (
      select id, kind, exclusive from resources
      where organization_id = asked.organization_id
        and (id = asked.id or external_id = asked.name)
      order by id = asked.id desc nulls last
      limit 1) r on true`
}

interface Found extends Record<string, unknown> {
  readonly place: number
  readonly kind: string
  readonly owned: boolean
  readonly taken: boolean
  readonly modes: readonly string[]
  readonly grouped: readonly { readonly mode: string; readonly group_id: string }[] | null
}

/** Requests of one statement, and statements at a time. */
const BATCH = { max: 20, lanes: 2 }
const RESOURCE_ID = new RegExp(idPattern('res'))

/**
 * All that a request asks takes one statement, which requests that wait at the same moment share;
 * none is answered from what was read before it asked.
 */
export function createFindStandings({ db }: Pick<Deps, 'db'>): FindStandings {
  return coalesce<StandingsQuestion, Standings>(async (questions) => {
    const asked = questions.flatMap(({ organizationId, pairs }) =>
      pairs.map((pair) => ({ organizationId, ...pair }))
    )
    const found = await db.run<Found>(FIND_STANDINGS, [JSON.stringify(asked.map(toQuestion))])
    const standings = new Map<string, ResourceStanding>()
    for (const row of found) {
      const about = asked[row.place]
      if (about) standings.set(nameOf(about.organizationId, about), toStanding(row))
    }
    return questions.map(
      ({ organizationId }) =>
        (pair) =>
          standings.get(nameOf(organizationId, pair))
    )
  }, BATCH)
}

const nameOf = (organizationId: string, { memberId, resource }: Pair) =>
  `${organizationId} ${memberId} ${resource}`

const toQuestion = (
  { organizationId, memberId, resource }: Pair & { readonly organizationId: string },
  place: number
) => ({
  place,
  organization_id: idToUuid('org', organizationId),
  member_id: idToUuid('mem', memberId),
  id: RESOURCE_ID.test(resource) ? idToUuid('res', resource) : null,
  name: resource
})

const toStanding = ({ kind, owned, taken, modes, grouped }: Found): ResourceStanding => ({
  kind,
  owned,
  taken,
  grants: [
    ...modes.map((mode) => ({ mode, groupId: null })),
    ...(grouped ?? []).map(({ mode, group_id: uuid }) => ({
      mode,
      groupId: uuidToId('grp', uuid)
    }))
  ]
})
