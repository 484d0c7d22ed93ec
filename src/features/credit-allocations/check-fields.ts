import type { AllocationCreate } from './schemas.js'

type Strategy = AllocationCreate['strategy']
type Field = 'total' | 'to' | 'weights' | 'amounts' | 'roles' | 'groups'

/** What each strategy takes, in the order of the schema. */
const TAKES: Readonly<Record<Strategy, readonly Field[]>> = {
  equal: ['total', 'to'],
  weights: ['total', 'weights'],
  amounts: ['amounts'],
  roles: ['roles'],
  groups: ['groups']
}
const FIELDS: readonly Field[] = ['total', 'to', 'weights', 'amounts', 'roles', 'groups']
/** What it makes no sense without. */
const NEEDS: Readonly<Partial<Record<Strategy, Field>>> = {
  weights: 'weights',
  amounts: 'amounts',
  groups: 'groups'
}

/** Where it is wrong, and why. */
export type Fault = readonly [pointer: string, detail: string]

/** What no schema says: which fields go with a strategy, and that nobody stands in a list twice. */
export function faultOf(allocation: AllocationCreate): Fault | undefined {
  const { strategy, to } = allocation
  const misplaced = FIELDS.find(
    (field) => allocation[field] !== undefined && !TAKES[strategy].includes(field)
  )
  if (misplaced !== undefined) return [`#/${misplaced}`, `does not go with ${strategy}`]
  const needed = NEEDS[strategy]
  if (needed !== undefined && allocation[needed] === undefined) {
    return [`#/${needed}`, `must be given with ${strategy}`]
  }
  if (to?.member_ids !== undefined && Object.keys(to).length > 1) {
    return ['#/to/member_ids', 'must not stand beside role or group_id']
  }
  return findDouble(allocation)
}

function findDouble({ to, weights, amounts, roles, groups }: AllocationCreate): Fault | undefined {
  return (
    doubleIn('#/to/member_ids', '', to?.member_ids) ??
    doubleIn(
      '#/weights',
      '/member_id',
      weights?.map(({ member_id: id }) => id)
    ) ??
    doubleIn(
      '#/amounts',
      '/member_id',
      amounts?.map(({ member_id: id }) => id)
    ) ??
    doubleIn(
      '#/roles',
      '/role',
      roles?.map(({ role }) => role)
    ) ??
    doubleIn(
      '#/groups',
      '/group_id',
      groups?.map(({ group_id: id }) => id)
    )
  )
}

function doubleIn(list: string, field: string, names: readonly string[] = []): Fault | undefined {
  const seen = new Set<string>()
  const index = names.findIndex((name) => seen.size === seen.add(name).size)
  return index < 0 ? undefined : [`${list}/${index}${field}`, 'must not be given twice']
}
