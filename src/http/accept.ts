import type { FastifyRequest } from 'fastify'
import { notAcceptable } from './errors.js'

const HEADER_LENGTH_MAX = 1_000

interface Wish {
  /** A type, a group of types or anything, in lower case. */
  readonly range: string
  readonly weight: number
}

/**
 * Which of the types that can be sent the client wants most, by the weights of Accept; the first of
 * them where it does not care.
 *
 * @throws Problem not_acceptable
 */
export function chooseType<const T extends string>(
  { headers }: FastifyRequest,
  types: readonly [T, ...T[]]
): T {
  const wishes = readAccept(headers.accept ?? '*/*')
  const [best] = types
    .map((type) => ({ type, weight: weightOf(type, wishes) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  if (!best) throw notAcceptable({ types: types.join(', ') })
  return best.type
}

function readAccept(header: string): Wish[] {
  return header
    .slice(0, HEADER_LENGTH_MAX)
    .split(',')
    .map((part) => {
      const [range = '', ...parameters] = part.split(';')
      const weight = parameters.map((text) => /^\s*q=([\d.]+)\s*$/i.exec(text)?.[1]).find(Boolean)
      return { range: range.trim().toLowerCase(), weight: Number(weight ?? 1) }
    })
}

/** What names a type closer counts: `text/csv;q=0` among `text/*` refuses it. */
function weightOf(type: string, wishes: readonly Wish[]): number {
  const ranges = [type, `${type.replace(/\/.*$/, '')}/*`, '*/*']
  const [closest] = ranges.flatMap((range) => wishes.filter((wish) => wish.range === range))
  return closest?.weight ?? 0
}
