import {
  resourceGrants,
  resourceGroupGrants,
  resourceOwners,
  resources
} from '../../src/db/tables/resources.js'
import { newId } from '../../src/ids.js'
import { START, type TestApp } from './app.js'

export interface PlacedResource {
  readonly id: string
  readonly externalId: string
  readonly grant: (memberId: string, mode: string) => Promise<unknown>
  readonly grantGroup: (groupId: string, mode: string) => Promise<unknown>
  readonly own: (memberId: string) => Promise<unknown>
}

/** Resources as rows: what reads of them is tested apart from the commands that write them. */
export function placeResources({ deps: { db }, unique }: TestApp) {
  return async (
    organizationId: string,
    { kind = 'resource', exclusive = false } = {}
  ): Promise<PlacedResource> => {
    const id = newId('res')
    const externalId = unique('ext')
    await db.insert(resources).values({
      organizationId,
      id,
      kind,
      externalId,
      name: null,
      status: 'active',
      exclusive,
      metadata: {},
      createdAt: START,
      updatedAt: START
    })
    const row = { organizationId, resourceId: id, createdAt: START }
    const held = { ...row, exclusive }
    return {
      id,
      externalId,
      grant: (memberId, mode) =>
        db.insert(resourceGrants).values({ ...held, memberId, mode, charged: true }),
      grantGroup: (groupId, mode) =>
        db.insert(resourceGroupGrants).values({ ...held, groupId, mode }),
      own: (memberId) => db.insert(resourceOwners).values({ ...row, memberId })
    }
  }
}
