import { and, count, eq, inArray } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type ResourceRow, resourceGrants } from '../../db/tables/resources.js'
import type { Problem } from '../../errors.js'
import { newId } from '../../ids.js'
import { decide } from '../../policy/decide.js'
import type { Policy } from '../../policy/document.js'
import { kindNamed, kindOf, modeNamed } from '../../policy/resources.js'
import type { ResourceMode } from '../../policy/resources-shape.js'
import { refusalOf } from '../../refusals.js'
import type { LockedOrganization } from '../organizations/queries.js'
import {
  noResources,
  resourceHeld,
  tooManyResources,
  unknownKind,
  unknownMode,
  unknownResource
} from './errors.js'
import { findShelfRows, isResourceId, type ShelfRow } from './find-shelf-rows.js'

/** What of the host's somebody is to have, as a request says. */
export interface ResourcesChoice {
  /** Ones that are there, or a new one that the host is to make. */
  readonly choice: 'new' | 'existing'
  readonly ids?: readonly string[]
  readonly kind?: string
  readonly mode?: string
}

/** One resource for one member, decided. */
export interface PlannedGrant {
  readonly resource: ResourceRow
  readonly mode: ResourceMode
  /** Whether the resource itself is to be written: one to be made, or one first heard of here. */
  readonly isNew: boolean
}

/** What can be given to whom. What is taken counts for whoever comes next. */
export interface Shelf {
  /** Why a member cannot have these; `memberId`: also one that is not written yet. */
  refuse(choice: ResourcesChoice | undefined, memberId: string): Problem | undefined
  /** After nothing was refused. */
  take(choice: ResourcesChoice | undefined, memberId: string): PlannedGrant[]
}

interface Asked {
  readonly choices: readonly (ResourcesChoice | undefined)[]
  /** Members who may have some already. */
  readonly memberIds: readonly string[]
  /** `invitation`: where the policy limits how many one call can give (RIO-66). */
  readonly step: 'invitation' | 'later'
  /** Whether what is chosen takes the place of what they have. */
  readonly replaces: boolean
}

interface Item extends Omit<ShelfRow, 'holders'> {
  readonly holders: Set<string>
  readonly isNew: boolean
}

/**
 * Reads what requests name, each resource once. A name of the host's that is not known yet is
 * registered where whoever asks may do that; the resources of others take `resource.assign`, one's
 * own at most `resource.assign:own` (OP-35).
 */
export async function openShelf(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  { choices, memberIds, step, replaces }: Asked
): Promise<Shelf> {
  const names = [...new Set(choices.flatMap((choice) => choice?.ids ?? []))]
  const { actor, row } = organization
  const acting = actor.kind === 'member' ? actor.id : null
  const rows = await findShelfRows(tx, row.id, names, acting)
  const { held_max: heldMax } = organization.policy.policy.resources
  const isCounted = heldMax !== null && !replaces && choices.some((choice) => choice)
  const held = isCounted ? await countHeld(tx, row.id, memberIds) : new Map<string, number>()
  return createShelf(ctx, organization, { rows, held, step })
}

async function countHeld(
  tx: Tx,
  organizationId: string,
  memberIds: readonly string[]
): Promise<Map<string, number>> {
  if (memberIds.length === 0) return new Map()
  const { memberId } = resourceGrants
  const found = await tx
    .select({ memberId, held: count() })
    .from(resourceGrants)
    .where(
      and(eq(resourceGrants.organizationId, organizationId), inArray(memberId, [...memberIds]))
    )
    .groupBy(memberId)
  return new Map(found.map((one) => [one.memberId, one.held]))
}

interface Stock {
  readonly rows: readonly ShelfRow[]
  readonly held: Map<string, number>
  readonly step: Asked['step']
}

/** The resources that were named, by every name they have. */
interface Items {
  get(name: string): Item | undefined
  put(item: Item): Item
  /** One that is to be written. */
  register(kind: string, externalId: string | null): Item
}

function createItems(ctx: CallContext, organizationId: string, rows: readonly ShelfRow[]): Items {
  const items = new Map<string, Item>()
  const put = (item: Item) => {
    items.set(item.resource.id, item)
    if (item.resource.externalId !== null) items.set(item.resource.externalId, item)
    return item
  }
  for (const row of rows) put({ ...row, holders: new Set(row.holders), isNew: false })
  return {
    get: (name) => items.get(name),
    put,
    register: (kind, externalId) =>
      put({
        resource: newResource(ctx, organizationId, { kind, externalId }),
        holders: new Set(),
        grouped: false,
        owned: false,
        isNew: true
      })
  }
}

function createShelf(
  ctx: CallContext,
  { policy: { policy }, actor, row }: LockedOrganization,
  { rows, held, step }: Stock
): Shelf {
  const items = createItems(ctx, row.id, rows)
  const may: May = (permission, own = false) =>
    refusalOf(decide(policy, actor, { type: 'use', permission, own }))
  return {
    refuse(choice, memberId) {
      if (choice === undefined) return undefined
      if (policy.resources.kinds.length === 0) return noResources()
      const kind = kindNamed(policy, choice.kind)?.key
      if (kind === undefined) {
        return unknownKind({ kinds: policy.resources.kinds.map(({ key }) => key) })
      }
      const wanted = { policy, choice, kind, memberId }
      return (
        refuseNumber(policy, choice, { held: held.get(memberId) ?? 0, step }) ??
        (choice.choice === 'new'
          ? (may('resource.assign') ?? refuseHeld(wanted, undefined))
          : refuseExisting(wanted, items, may))
      )
    },
    take(choice, memberId) {
      if (choice === undefined) return []
      held.set(memberId, (held.get(memberId) ?? 0) + numberOf(choice))
      return chosenOf(policy, items, choice).map((item) => {
        const mode = modeOf(policy, item.resource.kind, choice)
        if (!mode) throw new Error('what is taken was not refused')
        const isNew = item.isNew && item.holders.size === 0
        item.holders.add(memberId)
        const resource = { ...item.resource, exclusive: mode.exclusive }
        items.put({ ...item, resource })
        return { resource, mode, isNew }
      })
    }
  }
}

/** Why the acting member may not; `own`: where the resource is theirs. */
type May = (permission: string, own?: boolean) => Problem | undefined

interface WantedOne {
  readonly policy: Policy
  readonly choice: ResourcesChoice
  readonly kind: string
  readonly memberId: string
}

function refuseExisting(wanted: WantedOne, items: Items, may: May): Problem | undefined {
  const { ids = [] } = wanted.choice
  const unknown = ids.filter((name) => !items.get(name))
  if (unknown.some(isResourceId) || (unknown.length > 0 && may('resource.manage'))) {
    return unknownResource({ resources: unknown })
  }
  for (const name of ids) {
    const item = items.get(name)
    const refusal = may('resource.assign', item?.owned) ?? refuseHeld(wanted, item)
    if (refusal) return refusal
  }
  return undefined
}

/** One that two names mean is meant once. */
function chosenOf(policy: Policy, items: Items, { choice, kind: key, ids = [] }: ResourcesChoice) {
  const kind = kindNamed(policy, key)?.key ?? ''
  if (choice === 'new') return [items.register(kind, null)]
  return [...new Set(ids.map((name) => items.get(name) ?? items.register(kind, name)))]
}

const numberOf = ({ choice, ids = [] }: ResourcesChoice) => (choice === 'new' ? 1 : ids.length)

function refuseNumber(
  { resources: { invitation_max: atOnce, held_max: inAll } }: Policy,
  choice: ResourcesChoice,
  { held, step }: { readonly held: number; readonly step: Asked['step'] }
): Problem | undefined {
  const wanted = numberOf(choice)
  if (step === 'invitation' && atOnce !== null && wanted > atOnce) {
    return tooManyResources({ max: atOnce })
  }
  return inAll !== null && held + wanted > inAll ? tooManyResources({ max: inAll }) : undefined
}

function modeOf(policy: Policy, kind: string, { choice, mode }: ResourcesChoice) {
  const rule = kindOf(policy, kind)
  return rule && modeNamed(rule, mode ?? (choice === 'new' ? rule.new_mode : undefined))
}

/** Who has it exclusively has it alone, and who wants it so must find it free (OP-74, OP-77). */
function refuseHeld(
  { policy, choice, kind: named, memberId }: WantedOne,
  item: Item | undefined
): Problem | undefined {
  const kind = item?.resource.kind ?? named
  const mode = modeOf(policy, kind, choice)
  if (!mode) {
    return unknownMode({ kind, modes: kindOf(policy, kind)?.modes.map(({ key }) => key) ?? [] })
  }
  return item && refuseOthers(item, mode, memberId)
}

function refuseOthers(
  { resource, holders, grouped }: Item,
  mode: ResourceMode,
  memberId: string
): Problem | undefined {
  const others = [...holders].some((holder) => holder !== memberId)
  const isHeld = mode.exclusive ? others || grouped : resource.exclusive && others
  return isHeld
    ? resourceHeld({ resource_id: resource.id, external_id: resource.externalId })
    : undefined
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
