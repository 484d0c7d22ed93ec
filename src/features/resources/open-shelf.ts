import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { ResourceRow } from '../../db/tables/resources.js'
import type { Problem } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import type { Policy } from '../../policy/document.js'
import { kindNamed, kindOf, modeNamed } from '../../policy/resources.js'
import type { ResourceMode } from '../../policy/resources-shape.js'
import { refusalOf } from '../../refusals.js'
import type { LockedOrganization } from '../organizations/queries.js'
import {
  noResources,
  resourceHeld,
  resourceLimit,
  tooManyResources,
  unknownKind,
  unknownMode,
  unknownResource
} from './errors.js'
import { findShelfRows, isResourceId, type ShelfRow } from './find-shelf-rows.js'
import { countHeld, createHeldCounts, type HeldCounts } from './held-counts.js'
import { RESOURCES_MAX } from './limits.js'
import type { ResourcesChoice } from './resources-choice.js'
import { createItems, findRoom, type Item, type Items } from './shelf-items.js'

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
  const ids = rows.map(({ resource }) => resource.id)
  const held = isCounted ? await countHeld(tx, row.id, memberIds, ids) : createHeldCounts([])
  const room = await findRoom(tx, row.id, choices, rows)
  return createShelf(ctx, organization, { rows, room, held, step })
}

interface Stock {
  readonly rows: readonly ShelfRow[]
  readonly room: number
  readonly held: HeldCounts
  readonly step: Asked['step']
}

function createShelf(
  ctx: CallContext,
  { policy: { policy }, actor, row }: LockedOrganization,
  { rows, room, held, step }: Stock
): Shelf {
  const items = createItems(ctx, row.id, { rows, room })
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
      const byToken = ctx.byToken === true
      const wanted = { policy, choice, kind, memberId, byToken }
      return (
        refuseNumber(wanted, items, { held, step }) ??
        (choice.choice === 'new'
          ? (may('resource.assign') ?? refuseHeld(wanted, undefined))
          : refuseExisting(wanted, items, may))
      )
    },
    take(choice, memberId) {
      if (choice === undefined) return []
      const chosen = chosenOf(policy, items, choice)
      held.add(
        memberId,
        chosen.map(({ resource }) => resource.id)
      )
      return chosen.map((item) => {
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
  readonly byToken: boolean
}

function refuseExisting(wanted: WantedOne, items: Items, may: May): Problem | undefined {
  const { ids = [] } = wanted.choice
  const outside = refuseUnknown(
    ids.filter((name) => !items.get(name)),
    may,
    wanted.byToken
  )
  if (outside) return outside
  for (const name of ids) {
    const item = items.get(name)
    const refusal = may('resource.assign', item?.owned) ?? refuseHeld(wanted, item)
    if (refusal) return refusal
  }
  return undefined
}

/** Whoever may give only what is theirs is not told what else there is. */
function refuseUnknown(names: readonly string[], may: May, byToken: boolean): Problem | undefined {
  if (names.length === 0) return undefined
  const refusal = may('resource.assign')
  if (refusal) return refusal
  // What the product has, it says itself.
  const isRegistrable = !byToken && !names.some(isResourceId) && !may('resource.manage')
  return isRegistrable ? undefined : unknownResource({ resources: names })
}

/** One that two names mean is meant once. */
function chosenOf(policy: Policy, items: Items, { choice, kind: key, ids = [] }: ResourcesChoice) {
  const kind = kindNamed(policy, key)?.key ?? ''
  if (choice === 'new') return [items.register(kind, null)]
  return [...new Set(ids.map((name) => items.get(name) ?? items.register(kind, name)))]
}

interface Counted {
  readonly held: HeldCounts
  readonly step: Asked['step']
}

function refuseNumber(
  { policy: { resources }, choice: { choice, ids = [] }, memberId }: WantedOne,
  items: Items,
  { held, step }: Counted
): Problem | undefined {
  const { invitation_max: atOnce, held_max: inAll } = resources
  const known = new Set(ids.flatMap((name) => items.get(name)?.resource.id ?? []))
  const made = choice === 'new' ? 1 : ids.filter((name) => !items.get(name)).length
  if (step === 'invitation' && atOnce !== null && known.size + made > atOnce) {
    return tooManyResources({ max: atOnce })
  }
  if (inAll !== null && held.countWith(memberId, [...known], made) > inAll) {
    return tooManyResources({ max: inAll })
  }
  return made > items.room() ? resourceLimit({ max: RESOURCES_MAX }) : undefined
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
