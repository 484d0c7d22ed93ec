export type Mode = 'shared' | 'exclusive' | 'read_only'
export type State = 'invited' | 'invitation_expired' | 'active' | 'removed'

interface Person {
  readonly id: string
  readonly address: string
  state: State
}

/** Of an invitation: numbers that are there, a new one, or none. */
export type Choice = { readonly ids: readonly string[]; readonly mode: Mode } | 'new' | null

/**
 * Who has what, written from the rules as sets of facts: `resource holder` with a mode, or without.
 * Each command answers with `ok` or the code of its refusal, and leaves what is to be told in `told`.
 */
export function createModel() {
  const people: Person[] = []
  const requested = new Set<string>()
  const resources = new Set<string>()
  const grants = new Map<string, Mode>()
  const shares = new Map<string, Mode>()
  const owners = new Set<string>()
  let told: string[] = []

  const key = (resource: string, holder: string) => `${resource} ${holder}`
  const of = (facts: Iterable<string>, id: string) =>
    [...facts].filter((fact) => fact.split(' ').includes(id))
  const holderIn = (fact: string) => fact.split(' ')[1] ?? ''
  const resourceIn = (fact: string) => fact.split(' ')[0] ?? ''
  const isAlone = (fact: string) => grants.get(fact) === 'exclusive'

  function refuse(resource: string, holder: string, mode: Mode): string | undefined {
    const others = of(grants.keys(), resource).filter((fact) => holderIn(fact) !== holder)
    const isHeld =
      mode === 'exclusive'
        ? others.length + of(shares.keys(), resource).length > 0
        : others.some(isAlone)
    return isHeld ? 'resource_held' : undefined
  }

  function give(facts: Map<string, Mode>, fact: string, mode: Mode): void {
    const before = facts.get(fact) ?? null
    if (before === mode) return
    facts.set(fact, mode)
    told.push(`granted ${fact} ${before} ${mode}`)
  }

  function take(facts: Map<string, Mode>, fact: string): void {
    const mode = facts.get(fact)
    if (mode === undefined) return
    facts.delete(fact)
    told.push(`revoked ${fact} ${mode} null`)
  }

  function disown(fact: string): void {
    if (owners.delete(fact)) told.push(`owner_removed ${fact}`)
  }

  /** What nobody waits for any more is gone. */
  function dropUnwanted(ids: readonly string[]): void {
    for (const id of new Set(ids)) {
      const facts = [...grants.keys(), ...shares.keys(), ...owners]
      if (requested.has(id) && of(facts, id).length === 0) erase(id)
    }
  }

  function erase(id: string): void {
    resources.delete(id)
    requested.delete(id)
    told.push(`deleted ${id}`)
  }

  function leave({ id }: Person, heir?: Person): void {
    const [had, owned] = [of(grants.keys(), id), of(owners, id)]
    for (const fact of had) {
      const mode = grants.get(fact) ?? 'shared'
      const next = heir && key(resourceIn(fact), heir.id)
      if (!next || grants.has(next)) take(grants, fact)
      else {
        grants.delete(fact)
        grants.set(next, mode)
        told.push(`handed_over ${fact} ${heir.id} ${mode}`)
      }
    }
    for (const fact of owned) {
      disown(fact)
      const next = heir && key(resourceIn(fact), heir.id)
      if (!next || owners.has(next)) continue
      owners.add(next)
      told.push(`owner_added ${next}`)
    }
    dropUnwanted([...had, ...owned].map(resourceIn))
  }

  const notThere = (id: string) => (resources.has(id) ? undefined : 'not_found')
  const gone = ({ state }: Person) => (state === 'removed' ? 'resource_holder_removed' : undefined)

  /** Does it unless something stands in the way. */
  const unless = (refusal: string | undefined, work: () => void): string => {
    if (refusal === undefined) work()
    return refusal ?? 'ok'
  }

  return {
    people,
    resources,
    requested,
    grants,
    shares,
    owners,
    /** What was to be told since it was asked last. */
    takeTold(): string[] {
      const all = told
      told = []
      return all.sort()
    },
    add(id: string): void {
      resources.add(id)
      told.push(`created ${id}`)
    },
    request(id: string, holder: string): void {
      resources.add(id)
      requested.add(id)
      told.push(`requested ${id} ${holder}`)
      give(grants, key(id, holder), 'shared')
    },
    grant: (id: string, person: Person, mode: Mode) =>
      unless(notThere(id) ?? gone(person) ?? refuse(id, person.id, mode), () => {
        give(grants, key(id, person.id), mode)
      }),
    revoke: (id: string, { id: holder }: Person) =>
      unless(notThere(id), () => {
        take(grants, key(id, holder))
        dropUnwanted([id])
      }),
    share: (id: string, group: string, mode: Mode) =>
      unless(
        notThere(id) ?? (mode === 'exclusive' ? 'mode_exclusive' : refuse(id, group, mode)),
        () => {
          give(shares, key(id, group), mode)
        }
      ),
    unshare: (id: string, group: string) =>
      unless(notThere(id), () => {
        take(shares, key(id, group))
        dropUnwanted([id])
      }),
    own: (id: string, person: Person) =>
      unless(notThere(id) ?? gone(person), () => {
        const fact = key(id, person.id)
        if (!owners.has(fact)) told.push(`owner_added ${fact}`)
        owners.add(fact)
      }),
    disown: (id: string, { id: holder }: Person) =>
      unless(notThere(id), () => {
        disown(key(id, holder))
        dropUnwanted([id])
      }),
    drop: (id: string) =>
      unless(notThere(id), () => {
        for (const fact of of(grants.keys(), id)) take(grants, fact)
        for (const fact of of(shares.keys(), id)) take(shares, fact)
        for (const fact of of(owners, id)) disown(fact)
        erase(id)
      }),
    endGroup(group: string): void {
      const had = of(shares.keys(), group)
      for (const fact of had) take(shares, fact)
      dropUnwanted(had.map(resourceIn))
    },
    /** Why an offer with these cannot be made to somebody. */
    refuseChoice(holder: string, choice: Choice): string | undefined {
      if (choice === null || choice === 'new') return undefined
      if (choice.ids.some((id) => !resources.has(id))) return 'unknown_resource'
      return choice.ids.map((id) => refuse(id, holder, choice.mode)).find((code) => code)
    },
    /** What lay on the seat before and is not named goes. */
    equip(holder: string, choice: Choice): void {
      const named = choice === null || choice === 'new' ? [] : choice.ids
      const left = of(grants.keys(), holder).filter((fact) => !named.includes(resourceIn(fact)))
      for (const fact of left) take(grants, fact)
      if (choice !== null && choice !== 'new') {
        for (const id of named) give(grants, key(id, holder), choice.mode)
      }
      dropUnwanted(left.map(resourceIn))
    },
    remove(person: Person, heir?: Person): void {
      person.state = 'removed'
      leave(person, heir)
    }
  }
}

export type { Person }
