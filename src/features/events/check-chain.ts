import type { Signer } from '../../crypto/signer.js'
import type { Finding } from './finding.js'
import { hashSeal, NO_HASH, type Seal } from './seal-chain.js'

export interface ChainCheck {
  /** In the order of their numbers; `isFirst`: there is none before it. */
  add(seal: Seal, isFirst: boolean): Finding[]
  /** What can be told only of all of them. */
  end(): { readonly findings: readonly Finding[]; readonly notes: readonly string[] }
}

/**
 * Follows an organization's seals from the first that is there: each is what its hash says, names the
 * one before it, and is signed. Where everything before a seal is past its retention, the chain may
 * begin with it. A key may be gone by now: the signatures after it vouch for what came before.
 *
 * @param now as `instantText` has it
 */
export function createChainCheck(signer: Signer, now: string): ChainCheck {
  let previous: Seal | undefined
  /** Signed with keys that are not here, since the last signature that could be checked. */
  let open: number[] = []
  let vouchedFor = 0
  return {
    add(seal, isFirst) {
      const found = [...findPlace(seal, { previous, isFirst, now }), ...findContent(seal, now)]
      const state = signer.verify(seal.hash, seal)
      if (state === 'invalid') found.push(`${seal.number} has a signature that is not ours`)
      if (state === 'unknown_key') open = [open[0] ?? seal.number, seal.number]
      if (state === 'valid') {
        vouchedFor += countOf(open)
        open = []
      }
      previous = seal
      return found.map(toFinding)
    },

    end() {
      const [first] = open
      const note = `seals signed with a key that is not here, vouched for by later ones: ${vouchedFor}`
      return {
        findings:
          first === undefined
            ? []
            : [toFinding(`${first} and all after it are signed with a key that is not here`)],
        notes: vouchedFor > 0 ? [note] : []
      }
    }
  }
}

const toFinding = (detail: string): Finding => ({ what: 'seal', detail })
const countOf = ([first, last]: readonly number[]) =>
  first === undefined || last === undefined ? 0 : last - first + 1

interface Place {
  readonly previous: Seal | undefined
  readonly isFirst: boolean
  readonly now: string
}

function findPlace(seal: Seal, { previous, isFirst, now }: Place): string[] {
  const { number, previousHash } = seal
  const next = previous ? previous.number + 1 : 1
  if (number === next) {
    const follows = previousHash.equals(previous ? previous.hash : NO_HASH)
    return follows ? [] : [`${number} does not follow the one before it`]
  }
  // Also where those in between went while the ones before were read.
  const isCheckpoint = isFirst && seal.digests === null && seal.chainKeptUntil <= now
  if (isCheckpoint) return []
  return [number === next + 1 ? `${next} is missing` : `${next} to ${number - 1} are missing`]
}

function findContent(seal: Seal, now: string): string[] {
  const { number, digests, keepUntil } = seal
  return [
    ...(seal.hash.equals(hashSeal(seal)) ? [] : [`${number} does not say what it said`]),
    ...(digests === null && keepUntil > now
      ? [`${number} has lost its events before ${keepUntil}`]
      : [])
  ]
}
