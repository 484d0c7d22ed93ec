import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { groupMembers, groups } from '../../db/tables/groups.js'
import {
  type GrantRow,
  resourceGrants,
  resourceOwners,
  resources
} from '../../db/tables/resources.js'
import type { Person } from './find-person.js'

/** More than any person has. */
const ROWS_MAX = 10_000

/** A resource of the host that somebody owns. */
export interface OwnedResource {
  readonly organizationId: string
  readonly memberId: string
  readonly resourceId: string
  readonly kind: string
  readonly externalId: string | null
  readonly name: string | null
  readonly createdAt: Date
}

/** One that they have, and how. */
export type GrantedResource = OwnedResource & Pick<GrantRow, 'mode' | 'lastUsedAt'>

export interface GroupOfUser {
  readonly organizationId: string
  readonly memberId: string
  readonly groupId: string
  readonly name: string
  readonly createdAt: Date
}

/** What of the host's somebody has and owns, and in which groups they are. */
export interface Belongings {
  readonly grants: readonly GrantedResource[]
  readonly owned: readonly OwnedResource[]
  readonly groups: readonly GroupOfUser[]
}

export const findBelongings = async (db: Db, person: Person): Promise<Belongings> => ({
  grants: await findGrants(db, person),
  owned: await findOwned(db, person),
  groups: await findGroups(db, person)
})

type Belonging = typeof resourceGrants | typeof resourceOwners | typeof groupMembers

const isOf = (table: Belonging, { members }: Person) => {
  const organizationIds = [...new Set(members.map(({ organizationId }) => organizationId))]
  const ids = members.map(({ id }) => id)
  return and(inArray(table.organizationId, organizationIds), inArray(table.memberId, ids))
}

const { kind, externalId, name } = resources
const isResource = ({
  organizationId,
  resourceId
}: typeof resourceGrants | typeof resourceOwners) =>
  and(eq(resources.organizationId, organizationId), eq(resources.id, resourceId))

function findGrants(db: Db, person: Person): Promise<GrantedResource[]> {
  const { organizationId, memberId, resourceId, mode, lastUsedAt, createdAt } = resourceGrants
  const held = { organizationId, memberId, resourceId, mode, lastUsedAt, createdAt }
  return db
    .select({ ...held, kind, externalId, name })
    .from(resourceGrants)
    .innerJoin(resources, isResource(resourceGrants))
    .where(isOf(resourceGrants, person))
    .orderBy(asc(resourceId), asc(memberId))
    .limit(ROWS_MAX)
}

function findOwned(db: Db, person: Person): Promise<OwnedResource[]> {
  const { organizationId, memberId, resourceId, createdAt } = resourceOwners
  return db
    .select({ organizationId, memberId, resourceId, createdAt, kind, externalId, name })
    .from(resourceOwners)
    .innerJoin(resources, isResource(resourceOwners))
    .where(isOf(resourceOwners, person))
    .orderBy(asc(resourceId), asc(memberId))
    .limit(ROWS_MAX)
}

function findGroups(db: Db, person: Person): Promise<GroupOfUser[]> {
  const { organizationId, memberId, groupId, createdAt } = groupMembers
  const isGroup = and(eq(groups.organizationId, organizationId), eq(groups.id, groupId))
  return db
    .select({ organizationId, memberId, groupId, name: groups.name, createdAt })
    .from(groupMembers)
    .innerJoin(groups, isGroup)
    .where(isOf(groupMembers, person))
    .orderBy(asc(groupId), asc(memberId))
    .limit(ROWS_MAX)
}
