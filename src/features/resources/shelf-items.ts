import { eq } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type ResourceRow, resources } from '../../db/tables/resources.js'
import { newId } from '../../ids.js'
import { isResourceId, type ShelfRow } from './find-shelf-rows.js'
import { RESOURCES_MAX } from './limits.js'
import type { ResourcesChoice } from './resources-choice.js'

/** A resource that a request names, and who has it by now. */
export interface Item extends Omit<ShelfRow, 'holders'> {
  readonly holders: Set<string>
  readonly isNew: boolean
}

/** The resources that were named, by every name they have. */
export interface Items {
  get(name: string): Item | undefined
  put(item: Item): Item
  /** One that is to be written. */
  register(kind: string, externalId: string | null): Item
  /** How many more the organization can have. */
  room(): number
}

export function createItems(
  ctx: CallContext,
  organizationId: string,
  { rows, room }: { readonly rows: readonly ShelfRow[]; readonly room: number }
): Items {
  const byId = new Map<string, Item>()
  const byExternalId = new Map<string, Item>()
  let left = room
  const put = (item: Item) => {
    byId.set(item.resource.id, item)
    if (item.resource.externalId !== null) byExternalId.set(item.resource.externalId, item)
    return item
  }
  for (const row of rows) put({ ...row, holders: new Set(row.holders), isNew: false })
  return {
    // First by our id: the host's own may look like one, but takes no other's place.
    get: (name) => byId.get(name) ?? byExternalId.get(name),
    put,
    room: () => left,
    register: (kind, externalId) => {
      left -= 1
      const resource = newResource(ctx, organizationId, { kind, externalId })
      return put({ resource, holders: new Set(), grouped: false, owned: false, isNew: true })
    }
  }
}

/** How many can still be registered; counted only where one would be. */
export async function findRoom(
  tx: Tx,
  organizationId: string,
  choices: readonly (ResourcesChoice | undefined)[],
  rows: readonly ShelfRow[]
): Promise<number> {
  const known = new Set(rows.flatMap(({ resource }) => [resource.id, resource.externalId]))
  const isRegistering = choices.some(
    (choice) =>
      choice?.choice === 'new' ||
      choice?.ids?.some((name) => !known.has(name) && !isResourceId(name)) === true
  )
  if (!isRegistering) return RESOURCES_MAX
  return RESOURCES_MAX - (await tx.$count(resources, eq(resources.organizationId, organizationId)))
}

interface NewResource {
  readonly kind: string
  /** Null: the host is to make it. */
  readonly externalId: string | null
}

function newResource(
  { now }: CallContext,
  organizationId: string,
  { kind, externalId }: NewResource
): ResourceRow {
  return {
    organizationId,
    id: newId('res'),
    kind,
    externalId,
    name: null,
    status: externalId === null ? 'requested' : 'active',
    exclusive: false,
    metadata: {},
    createdAt: now,
    updatedAt: now
  }
}
