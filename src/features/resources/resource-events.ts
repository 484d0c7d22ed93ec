import type { ResourceRow } from '../../db/tables/resources.js'
import type { NewEvent } from '../events/append-events.js'

type Named = Pick<ResourceRow, 'id' | 'kind' | 'externalId'>
type Holder = { readonly member_id: string } | { readonly group_id: string }

/** Which resource an event concerns, by its id and by what the host calls it. */
const about = ({ id, kind, externalId }: Named) => ({
  subject: { type: 'resource' as const, id },
  data: { kind, external_id: externalId }
})

const withName = ({ name, ...resource }: ResourceRow) => {
  const { subject, data } = about(resource)
  return { subject, data: { ...data, name } }
}

export const resourceCreated = (resource: ResourceRow): NewEvent => ({
  type: 'resource.created',
  ...withName(resource)
})

export const resourceDeleted = (resource: ResourceRow): NewEvent => ({
  type: 'resource.deleted',
  ...withName(resource)
})

/** The host is to make one: for whom, and how they are to have it (OP-41). */
export const resourceRequested = (
  { id, kind }: Named,
  memberId: string,
  mode: string
): NewEvent => ({
  type: 'resource.requested',
  subject: { type: 'resource', id },
  data: { kind, member_id: memberId, mode }
})

export const resourceFulfilled = (resource: ResourceRow): NewEvent => ({
  type: 'resource.fulfilled',
  ...withName(resource),
  changes: { status: ['requested', 'active'] }
})

export function resourceUpdated(
  resource: Named,
  changes: NonNullable<NewEvent['changes']>
): NewEvent {
  const { subject, data } = about(resource)
  return { type: 'resource.updated', subject, data, changes }
}

/** `before`: how the holder had it until now; null: not at all. */
export function resourceGranted(
  resource: Named,
  holder: Holder,
  { before, mode }: { readonly before: string | null; readonly mode: string }
): NewEvent {
  const { subject, data } = about(resource)
  return {
    type: 'resource.granted',
    subject,
    data: { ...data, ...holder, mode },
    changes: { mode: [before, mode] }
  }
}

export function resourceRevoked(resource: Named, holder: Holder, mode: string): NewEvent {
  const { subject, data } = about(resource)
  return {
    type: 'resource.revoked',
    subject,
    data: { ...data, ...holder, mode },
    changes: { mode: [mode, null] }
  }
}

/** What the leaver had is the successor's (OP-70). */
export function resourceHandedOver(
  resource: Named,
  { from, to, mode }: { readonly from: string; readonly to: string; readonly mode: string }
): NewEvent {
  const { subject, data } = about(resource)
  return {
    type: 'resource.handed_over',
    subject,
    data: { ...data, from_member_id: from, to_member_id: to, mode },
    changes: { member_id: [from, to] }
  }
}

const ownerEvent =
  (type: 'resource.owner_added' | 'resource.owner_removed') =>
  (resource: Named, memberId: string): NewEvent => {
    const { subject, data } = about(resource)
    return { type, subject, data: { ...data, member_id: memberId } }
  }

export const ownerAdded = ownerEvent('resource.owner_added')
export const ownerRemoved = ownerEvent('resource.owner_removed')
