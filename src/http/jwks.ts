import type { Clock } from '../clock.js'
import { type NamedKey, readJwk, type VerificationKey } from '../crypto/verification-key.js'

/** The keys of an issuer, which changes them as it pleases. */
export interface Jwks {
  /** Undefined: there is no such key, or none can be told from the others. */
  find(name: KeyName): Promise<VerificationKey | undefined>
}

/** What a token says of its key. */
export interface KeyName {
  readonly kid: string | undefined
  readonly alg: string
}

export interface JwksOptions {
  readonly url: string
  readonly now: Clock
  /** Told of each attempt that failed. */
  readonly onFailure: (error: unknown) => void
  /** For the whole answer. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 5_000
/** Older keys are fetched again, and meanwhile go on being used. */
const FRESH_MS = 10 * 60_000
/** So long the known keys are used while the issuer cannot be reached. */
const KEPT_MS = 24 * 3_600_000
/** However many tokens of unknown keys come: strangers write those. */
const ATTEMPT_EVERY_MS = 10_000
const ANSWER_BYTES_MAX = 262_144
const KEYS_MAX = 100

/** Nothing is fetched before the first token comes. */
export function createJwks({ url, now, onFailure, timeoutMs = TIMEOUT_MS }: JwksOptions): Jwks {
  let known: { readonly keys: readonly NamedKey[]; readonly at: number } | undefined
  let attemptedAt: number | undefined
  let pending: Promise<void> | undefined

  const age = () => (known ? now().getTime() - known.at : Number.POSITIVE_INFINITY)

  /** One attempt at a time, and not sooner than a while after the one before. */
  function refresh(): Promise<void> {
    const at = now().getTime()
    if (!pending && isDue(attemptedAt, at)) {
      attemptedAt = at
      pending = attempt(at).finally(() => {
        pending = undefined
      })
    }
    return pending ?? Promise.resolve()
  }

  async function attempt(at: number): Promise<void> {
    try {
      known = { keys: await fetchKeys(url, timeoutMs), at }
    } catch (error) {
      onFailure(error)
    }
  }

  return {
    async find(name) {
      if (age() > KEPT_MS) await refresh()
      else if (age() > FRESH_MS) void refresh()
      const key = age() > KEPT_MS ? undefined : pick(known?.keys ?? [], name)
      if (key) return key
      await refresh()
      return age() > KEPT_MS ? undefined : pick(known?.keys ?? [], name)
    }
  }
}

/** A clock that was set back must not put it off. */
const isDue = (attemptedAt: number | undefined, at: number) =>
  attemptedAt === undefined || at >= attemptedAt + ATTEMPT_EVERY_MS || at < attemptedAt

/** By its name; a token that names none is only unambiguous where one key fits. */
function pick(keys: readonly NamedKey[], { kid, alg }: KeyName): VerificationKey | undefined {
  const fitting = keys.filter(
    (key) => (kid === undefined || key.kid === kid) && key.algorithms.some((one) => one === alg)
  )
  return kid === undefined && fitting.length > 1 ? undefined : fitting[0]
}

/** Throws for whatever is no set of keys: the one before then goes on being used. */
async function fetchKeys(url: string, timeoutMs: number): Promise<readonly NamedKey[]> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs)
  })
  const text = await readBounded(response)
  if (!response.ok) throw new Error(`the issuer answers ${response.status}`)
  const { keys } = JSON.parse(text) as { keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('the issuer answers with no key set')
  const usable = keys.slice(0, KEYS_MAX).flatMap((jwk) => readJwk(jwk) ?? [])
  if (usable.length === 0) throw new Error('the issuer answers with no key that can be used')
  return usable
}

async function readBounded({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > ANSWER_BYTES_MAX) throw new Error('the issuer answers with too much')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
