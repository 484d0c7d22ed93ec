import type { Policy } from '../document.js'
import type { Step } from './steps.js'
import type { Seat } from './team.js'

/** Acts in their order, each as one English sentence. People are named A, B, C as they come up. */
export function tell(policy: Policy, steps: readonly Step[]): string[] {
  const known: number[] = []
  const nameOf = (person: number): string => {
    if (!known.includes(person)) known.push(person)
    return String.fromCodePoint('A'.charCodeAt(0) + known.indexOf(person))
  }
  const tellers = { nameOf, seatOf: ({ person, role }: Seat) => `${nameOf(person)} (${role})` }
  return steps.map((step) => {
    const who = tellers.seatOf(step.actor)
    const what =
      'to' in step.move ? giving(step, step.move.to, tellers) : doing(policy, step, tellers)
    return `${who} ${what}.`
  })
}

interface Naming {
  readonly nameOf: (person: number) => string
  /** With the role. */
  readonly seatOf: (seat: Seat) => string
}

function giving({ move, actor, target }: Step, role: string, { nameOf, seatOf }: Naming): string {
  if (move.type === 'invite') return `invites ${nameOf(target.person)} as ${role}, who accepts`
  if (move.type === 'import') return `brings ${nameOf(target.person)} in as ${role}`
  return target === actor
    ? `changes their own role to ${role}`
    : `changes the role of ${seatOf(target)} to ${role}`
}

function doing(
  { ownership }: Policy,
  { move, target, heir }: Step,
  { nameOf, seatOf }: Naming
): string {
  if (move.type === 'leave') return 'leaves'
  if (move.type === 'transfer') {
    const way = ownership.transfer === 'swap' ? 'hands ownership over to' : 'shares ownership with'
    return `${way} ${seatOf(target)}`
  }
  if (!heir) return `${move.type}s ${seatOf(target)}`
  const answer = heir.answers ? 'who accepts' : 'who never answers'
  return `reassigns the account of ${seatOf(target)} to ${nameOf(heir.person)}, ${answer}`
}
