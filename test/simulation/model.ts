/**
 * What a team should be, written from the rules and not from the service: it reads the document
 * itself, keeps people in a list, and knows nothing of `decide`.
 */
export interface Role {
  readonly key: string
  readonly rank: number
  readonly min: number
  readonly max: number | null
  readonly permissions: readonly string[]
}

type Over = readonly { readonly actor: string; readonly roles: readonly string[] }[]

export interface Rules {
  readonly roles: readonly Role[]
  readonly authority: {
    readonly invite: Over
    readonly remove: Over
    readonly suspend: Over
    readonly reassign: Over
    readonly change_role: readonly {
      readonly actor: string
      readonly from: readonly string[]
      readonly to: readonly string[]
    }[]
    readonly protected: readonly string[]
    readonly lower_rank_only: readonly string[]
    readonly may_leave: readonly string[]
    readonly own_role_change: boolean
  }
  readonly ownership: {
    readonly transfer: 'none' | 'add_holder' | 'swap'
    readonly former_becomes?: string | undefined
  }
  readonly suspension: { readonly enabled: boolean }
  readonly reassignment: {
    readonly enabled: boolean
    readonly on_timeout: 'keep_pending' | 'restore'
  }
}

export type Status =
  | 'invited'
  | 'invitation_expired'
  | 'active'
  | 'suspended'
  | 'reassignment_pending'
  | 'removed'

export interface Person {
  readonly id: string
  role: string
  status: Status
  /** Who holds the seat; undefined: nobody has yet. */
  userId: string | undefined
  /** The open offer of the seat, or of its reassignment. */
  offer: { readonly userId: string; endsAt: number; readonly reassigns: boolean } | undefined
}

export type Verb =
  | 'change_role'
  | 'remove'
  | 'leave'
  | 'suspend'
  | 'reactivate'
  | 'reassign'
  | 'cancel_reassignment'
  | 'transfer'

/** What was asked, by whom (null: the host), to whom. */
export interface Ask {
  readonly verb: Verb
  readonly actor: Person | null
  readonly target: Person
  readonly role: string
}

const OWNER = 'owner'
const NEEDS: Readonly<Record<Verb, string | undefined>> = {
  change_role: 'member.role',
  remove: 'member.remove',
  leave: undefined,
  suspend: 'member.suspend',
  reactivate: 'member.suspend',
  reassign: 'member.reassign',
  cancel_reassignment: 'member.reassign',
  transfer: 'org.transfer'
}
const RULE: Readonly<Partial<Record<Verb, 'change_role' | 'remove' | 'suspend' | 'reassign'>>> = {
  change_role: 'change_role',
  remove: 'remove',
  suspend: 'suspend',
  reactivate: 'suspend',
  reassign: 'reassign',
  cancel_reassignment: 'reassign'
}
const LIVING: readonly Status[] = [
  'invited',
  'invitation_expired',
  'active',
  'suspended',
  'reassignment_pending'
]
/** In which states each can be done, whoever may. */
const FITS: Readonly<Record<Verb, readonly Status[]>> = {
  change_role: LIVING,
  remove: LIVING.filter((status) => status !== 'invitation_expired'),
  leave: ['active'],
  suspend: ['active', 'suspended'],
  reactivate: ['active', 'suspended'],
  reassign: ['active', 'reassignment_pending'],
  cancel_reassignment: ['reassignment_pending'],
  transfer: ['active']
}

export function createModel(rules: Rules) {
  const people: Person[] = []
  const roleOf = (key: string) => {
    const role = rules.roles.find((one) => one.key === key)
    if (!role) throw new Error(`no role ${key}`)
    return role
  }
  const may = (actor: Person, permission: string) =>
    roleOf(actor.role).permissions.includes(permission)
  const lists = (over: Over, actor: Person, role: string) =>
    over.some((rule) => rule.actor === actor.role && rule.roles.includes(role))
  const holders = (role: string) =>
    people.filter(
      (one) => one.role === role && !['removed', 'invitation_expired'].includes(one.status)
    ).length
  const activeHolders = (role: string) =>
    people.filter((one) => one.role === role && one.status === 'active').length

  /** Why an acting member may not; undefined: it may, as far as members are ruled. */
  function refuseActor(actor: Person, ask: Ask): string | undefined {
    const { verb, target } = ask
    const needed = NEEDS[verb]
    if (needed !== undefined && !may(actor, needed)) return 'not_permitted'
    if (!isOffered(verb)) return 'not_offered'
    const self = actor === target ? refuseSelf(actor, verb) : undefined
    if (self !== undefined) return self
    return refuseTarget(actor, ask) ?? refuseByRules(actor, ask)
  }

  function refuseTarget(actor: Person, { verb, target }: Ask): string | undefined {
    const { authority } = rules
    const ruled = RULE[verb]
    if (ruled === undefined) return undefined
    if (authority.protected.includes(target.role)) return 'protected_role'
    const isLower = roleOf(target.role).rank < roleOf(actor.role).rank
    return authority.lower_rank_only.includes(ruled) && !isLower ? 'rank_not_lower' : undefined
  }

  function refuseByRules(actor: Person, { verb, target, role }: Ask): string | undefined {
    if (verb === 'transfer') return actor.role === OWNER ? undefined : 'role_not_assignable'
    const ruled = RULE[verb]
    if (ruled === undefined) return undefined
    if (ruled !== 'change_role') {
      return lists(rules.authority[ruled], actor, target.role) ? undefined : 'role_not_manageable'
    }
    const from = rules.authority.change_role.filter(
      (rule) => rule.actor === actor.role && rule.from.includes(target.role)
    )
    if (from.length === 0) return 'role_not_manageable'
    return from.some((rule) => rule.to.includes(role)) ? undefined : 'role_not_assignable'
  }

  function refuseSelf(actor: Person, verb: Verb): string | undefined {
    if (verb === 'leave') {
      return rules.authority.may_leave.includes(actor.role) ? undefined : 'self_removal'
    }
    if (verb === 'remove') return 'self_removal'
    if (verb !== 'change_role') return 'self_action'
    return rules.authority.own_role_change ? undefined : 'self_role_change'
  }

  const refuseHost = (verb: Verb) => (isOffered(verb) ? undefined : 'not_offered')

  function isOffered(verb: Verb): boolean {
    if (verb === 'suspend') return rules.suspension.enabled
    if (verb === 'reassign' || verb === 'cancel_reassignment') return rules.reassignment.enabled
    return verb !== 'transfer' || rules.ownership.transfer !== 'none'
  }

  /** What the numbers of holders do not allow, whoever asks. */
  function refuseHolders(ask: Ask): string | undefined {
    const { target } = ask
    // Nothing moves to whoever owns already.
    if (ask.verb === 'transfer' && target.role === OWNER) return undefined
    if (isLast(target) && !keepsHolder(ask)) return 'last_holder'
    const gained = roleGained(ask)
    return gained === undefined || gained === target.role ? undefined : refuseFull(gained)
  }

  const isLast = ({ role, status }: Person) =>
    roleOf(role).min > 0 && status === 'active' && activeHolders(role) <= roleOf(role).min

  /** Whether the role has as many active holders afterwards. */
  function keepsHolder({ verb, target, role }: Ask): boolean {
    if (verb === 'change_role') return role === target.role
    if (verb === 'transfer') return rules.ownership.former_becomes === target.role
    return verb === 'reactivate'
  }

  function roleGained({ verb, role }: Ask): string | undefined {
    if (verb === 'change_role') return role
    if (verb !== 'transfer') return undefined
    return rules.ownership.transfer === 'add_holder' ? OWNER : rules.ownership.former_becomes
  }

  function refuseFull(role: string): string | undefined {
    const { max } = roleOf(role)
    if (max === null || holders(role) < max) return undefined
    return max === 1 ? 'single_holder' : 'role_full'
  }

  /** `ok`, the code of the refusal, or `state` where a member's state is in the way. */
  function judge(ask: Ask): string {
    const refusal = ask.actor === null ? refuseHost(ask.verb) : refuseActor(ask.actor, ask)
    return refusal ?? refuseHolders(ask) ?? (fits(ask) ? 'ok' : 'state')
  }

  function fits({ verb, actor, target }: Ask): boolean {
    if (!FITS[verb].includes(target.status)) return false
    if (verb !== 'transfer') return true
    // Asked by the host, a swap must know who gives the role away.
    const isClear =
      actor !== null || rules.ownership.transfer !== 'swap' || activeHolders(OWNER) === 1
    return target.role !== OWNER && isClear
  }

  function judgeInvite(actor: Person | null, role: string): string {
    if (actor !== null) {
      if (!may(actor, 'member.invite')) return 'not_permitted'
      if (!lists(rules.authority.invite, actor, role)) return 'role_not_assignable'
    }
    return refuseFull(role) ?? 'ok'
  }

  /** Lets time do to offers what it does. */
  function tick(now: number): void {
    for (const person of people) {
      if (!person.offer || person.offer.endsAt > now) continue
      if (person.status === 'invited') person.status = 'invitation_expired'
      if (person.status === 'reassignment_pending' && rules.reassignment.on_timeout === 'restore') {
        person.status = 'active'
      }
      person.offer = undefined
    }
  }

  return { people, judge, judgeInvite, tick, holders, activeHolders, roleOf }
}
