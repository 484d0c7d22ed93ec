import { noRecipients } from './errors.js'
import type { Recipient } from './find-recipients.js'
import type { Claim, Pot } from './plan-allocation.js'
import type { AllocationCreate } from './schemas.js'

/** What is known when a distribution is read: amounts in credits. */
interface Known {
  /** As they were found, by member id. */
  readonly recipients: readonly Recipient[]
  /** In the pool: the total of a distribution that names none. */
  readonly pool: number
  readonly roleAmounts: readonly { readonly role: string; readonly amount: number }[]
}

/**
 * What is divided among whom, in the order given, else by member id (OUPI-60, OUPI-61, OUPI-62).
 *
 * @throws Problem no_recipients
 */
export function formPots(allocation: AllocationCreate, known: Known): Pot[] {
  const pots = potsOf(allocation, known)
  if (pots.every(({ claims }) => claims.length === 0)) throw noRecipients()
  return pots
}

function potsOf(allocation: AllocationCreate, known: Known): Pot[] {
  const { recipients, pool } = known
  const { total = pool } = allocation
  switch (allocation.strategy) {
    case 'equal':
      return [{ total, claims: equalClaims(allocation, recipients) }]
    case 'weights':
      return [{ total, claims: weightedClaims(allocation, recipients) }]
    case 'amounts':
      return amountPots(allocation, recipients)
    case 'roles':
      return rolePots(known)
    case 'groups':
      return groupPots(allocation, recipients)
  }
}

function equalClaims({ to }: AllocationCreate, recipients: readonly Recipient[]): Claim[] {
  if (to?.member_ids === undefined) return recipients.map(claimOf)
  const claim = claimById(recipients)
  return to.member_ids.map((id) => claim(id))
}

function weightedClaims(
  { weights = [] }: AllocationCreate,
  recipients: readonly Recipient[]
): Claim[] {
  const claim = claimById(recipients)
  return weights.map(({ member_id: id, weight }) => claim(id, weight))
}

/** Somebody's own amount is a pot that nobody shares. */
function amountPots({ amounts = [] }: AllocationCreate, recipients: readonly Recipient[]): Pot[] {
  const claim = claimById(recipients)
  return amounts.map(({ member_id: id, amount }) => ({ total: amount, claims: [claim(id)] }))
}

function rolePots({ recipients, roleAmounts }: Known): Pot[] {
  const byRole = groupBy(recipients, 'role')
  return roleAmounts.flatMap(({ role, amount }) =>
    (byRole.get(role) ?? []).map((one) => ({ total: amount, claims: [claimOf(one)] }))
  )
}

/** @throws Problem no_recipients where one of the groups has no active member, or is none */
function groupPots({ groups = [] }: AllocationCreate, recipients: readonly Recipient[]): Pot[] {
  const byGroup = groupBy(recipients, 'groupId')
  const empty = groups.filter(({ group_id: id }) => !byGroup.has(id))
  if (empty.length > 0) throw noRecipients({ groups: empty.map(({ group_id: id }) => id) })
  return groups.map(({ group_id: groupId, total }) => ({
    total,
    claims: (byGroup.get(groupId) ?? []).map((one) => ({ ...claimOf(one), groupId }))
  }))
}

const claimOf = ({ memberId, status }: Recipient): Claim => ({ memberId, status, weight: 1 })

/** Also of whoever was not found: they are told so. */
function claimById(recipients: readonly Recipient[]) {
  const statuses = new Map(recipients.map(({ memberId, status }) => [memberId, status]))
  return (memberId: string, weight = 1): Claim => ({
    memberId,
    status: statuses.get(memberId),
    weight
  })
}

function groupBy(recipients: readonly Recipient[], field: 'role' | 'groupId') {
  const groups = new Map<string | null, Recipient[]>()
  for (const one of recipients) {
    const group = groups.get(one[field])
    if (group) group.push(one)
    else groups.set(one[field], [one])
  }
  return groups
}
