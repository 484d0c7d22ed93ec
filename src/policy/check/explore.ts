import type { Step } from './steps.js'
import { type Team, teamKey } from './team.js'

/** A team that can come about, and how. */
export interface Node {
  readonly team: Team
  readonly step?: Step
  readonly before?: Node
}

export interface Search {
  readonly starts: readonly Team[]
  readonly stepsFrom: (team: Team) => readonly Step[]
  /** Called with each new team, nearest first; true: this is what was looked for. */
  readonly isFound: (node: Node) => boolean
  /** After how many acts to give up. */
  readonly stepsMax: number
}

export interface Explored {
  /** No way to such a team is shorter. */
  readonly found?: Node
  /** Every team that can come about was seen, or the one that was looked for. */
  readonly isComplete: boolean
}

/** Breadth first; teams that differ only in who is who are one. */
export function explore({ starts, stepsFrom, isFound, stepsMax }: Search): Explored {
  const seen = new Set<string>()
  const nodes: Node[] = []
  const isGoal = (node: Node): boolean => {
    const key = teamKey(node.team)
    if (seen.has(key)) return false
    seen.add(key)
    nodes.push(node)
    return isFound(node)
  }
  for (const team of starts) if (isGoal({ team })) return { found: { team }, isComplete: true }
  let steps = 0
  // What is found on the way is pushed to the end and comes up in its turn.
  for (const before of nodes) {
    for (const step of stepsFrom(before.team)) {
      if (++steps > stepsMax) return { isComplete: false }
      const node = { team: step.team, step, before }
      if (isGoal(node)) return { found: node, isComplete: true }
    }
  }
  return { isComplete: true }
}

/** The acts that led there, first one first. */
export function wayTo(node: Node): Step[] {
  return node.before && node.step ? [...wayTo(node.before), node.step] : []
}
