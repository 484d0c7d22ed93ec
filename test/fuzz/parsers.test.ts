import { performance } from 'node:perf_hooks'
import fc, { type Arbitrary } from 'fast-check'
import type { FastifyRequest } from 'fastify'
import t from 'tap'
import {
  apiKeySecretMatches,
  hashApiKeySecret,
  newApiKeyToken,
  parseApiKeyToken
} from '../../src/crypto/api-key-token.js'
import { parseKeyRing } from '../../src/crypto/key-ring.js'
import { createLinkToken, type LinkKind, readLinkToken } from '../../src/crypto/link-token.js'
import { csvRecord } from '../../src/csv.js'
import { maskEmail, parseDomain, parseEmail } from '../../src/email.js'
import { Problem } from '../../src/errors.js'
import { refuseUnclaimable } from '../../src/features/domain-claims/claimable-domain.js'
import { readWanted } from '../../src/features/invitations/addresses.js'
import { chooseType } from '../../src/http/accept.js'
import { localeOf } from '../../src/http/locale.js'
import { readCursor, writeCursor } from '../../src/http/pagination.js'
import { idPattern, newId } from '../../src/ids.js'
import { checkPolicy } from '../../src/policy/check/check-policy.js'
import { PolicyDocument } from '../../src/policy/document.js'
import { DAYS, durationDays, NO_DAYS } from '../../src/policy/duration.js'
import { PRESETS } from '../../src/policy/presets.js'
import { generateKeyRing } from '../../src/secrets.js'
import { policyDocument } from '../helpers/policies.js'
import { odd, spoiled } from './spoil.js'

const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_126)
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 6) * 50
/** Of a text of 200,000 characters, on a machine that does seven other things: far from quadratic. */
const LONG = 200_000
const LONG_MS = 2_000

function assert<T>(property: fc.IProperty<T>, numRuns = RUNS): void {
  fc.assert(property, { seed: SEED, numRuns })
}

/** Letters that mean something somewhere, and any others. */
const hostile: Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...'@.,;<>"\\ \t\n=+-%:/#()[]*aé0_'.split('')),
    maxLength: 80
  }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 40 })
)
/** Such as have made many a pattern go back and forth. */
const LONGS = [
  'a',
  '@',
  'a.',
  ' ',
  '-',
  'a@',
  '.',
  ',',
  ';q=',
  '"',
  '=',
  'é',
  '\t',
  '<',
  'xn--'
].map((unit) => unit.repeat(Math.ceil(LONG / unit.length)))

/** What it gives, or the problem by which it refuses; anything else that is thrown fails. */
function orProblem<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

const headersOf = (headers: Record<string, string>) => ({ headers }) as unknown as FastifyRequest
const standard = PRESETS.get('standard')
if (!standard) throw new Error('there is a standard policy')
const keys = generateKeyRing()
const ring = parseKeyRing(keys)
if (!ring) throw new Error('what is generated can be parsed')
const PAGE = new RegExp(idPattern('mem'))

/** Everything that reads text from outside; none throws but a problem of its own. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'an address': parseEmail,
  'a domain': parseDomain,
  'a domain that is claimed': (text) =>
    orProblem(() => {
      refuseUnclaimable(text)
      return 'free'
    }),
  'a list of addresses': (text) => orProblem(() => readWanted({ emails: text } as never, standard)),
  'the token of a link': (text) => readLinkToken('inv', text, ring),
  'a token that looks like one of a link': (text) => readLinkToken('inv', `mlk_${text}`, ring),
  'an API key': parseApiKeyToken,
  'a cursor': (text) => orProblem(() => readCursor(PAGE.source, text)),
  'Accept-Language': (text) => localeOf(headersOf({ 'accept-language': text })),
  Accept: (text) =>
    orProblem(() => chooseType(headersOf({ accept: text }), ['application/json', 'text/csv'])),
  'a duration': durationDays,
  'a cell': (text) => csvRecord([text])
}

await t.test(`whatever reads text (FUZZ_SEED=${SEED})`, async (t) => {
  for (const [name, read] of Object.entries(READERS)) {
    await t.test(`takes or refuses any, as ${name}`, async (t) => {
      assert(
        fc.property(hostile, (text) => {
          const once = JSON.stringify(read(text))
          return JSON.stringify(read(text)) === once
        })
      )
      for (const text of LONGS) {
        const start = performance.now()
        read(text)
        const took = performance.now() - start
        t.ok(took < LONG_MS, `${text.slice(0, 4)}…: ${took} ms`)
      }
    })
  }
})

await t.test('a token of a link', async (t) => {
  const claimsOf = (kind: LinkKind, generation: number) => ({
    organizationId: newId('org'),
    subjectId: newId(kind),
    generation,
    secretId: [...ring.byId.keys()][0] ?? ''
  })
  const kinds: readonly LinkKind[] = ['inv', 'dom', 'mem']

  await t.test('says what went into it, and only to its own kind', async (t) => {
    assert(
      fc.property(fc.constantFrom(...kinds), fc.nat(2 ** 32 - 1), (kind, generation) => {
        const claims = claimsOf(kind, generation)
        const token = createLinkToken(kind, claims, ring)
        t.same(readLinkToken(kind, token, ring), claims)
        for (const other of kinds) {
          if (other !== kind) t.equal(readLinkToken(other, token, ring), undefined)
        }
      }),
      30
    )
  })

  await t.test('is worth nothing with any bit of it changed, or any of it cut off', async (t) => {
    const token = createLinkToken('inv', claimsOf('inv', 1), ring)
    const bytes = Buffer.from(token.slice('mlk_'.length), 'base64url')
    const forged: string[] = []
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const other = Buffer.from(bytes)
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      forged.push(`mlk_${other.toString('base64url')}`)
    }
    for (let end = 0; end < token.length; end += 1) forged.push(token.slice(0, end))
    for (const more of ['=', 'A', ' ', '.', '\n']) forged.push(`${token}${more}`)
    t.same(
      forged.filter((one) => readLinkToken('inv', one, ring)),
      []
    )
    const others = parseKeyRing(generateKeyRing())
    t.ok(others)
    if (others) t.equal(readLinkToken('inv', token, others), undefined, 'nor under other secrets')
  })
})

await t.test('an API key is itself and no other', async (t) => {
  const { id, token, secret } = newApiKeyToken()
  t.same(parseApiKeyToken(token), { id, secret })
  const kept = hashApiKeySecret(secret)
  t.ok(apiKeySecretMatches(secret, kept))
  assert(
    fc.property(fc.nat(secret.length - 1), fc.constantFrom(...'azAZ09'.split('')), (at, sign) => {
      const other = secret.slice(0, at) + sign + secret.slice(at + 1)
      return apiKeySecretMatches(other, kept) === (other === secret)
    })
  )
})

await t.test('a cursor comes back as it was written', async (t) => {
  assert(
    fc.property(fc.stringMatching(PAGE), (place) => {
      t.equal(readCursor(PAGE.source, writeCursor(place)), place)
    }),
    50
  )
})

await t.test('an address or a domain has one form, which reads as itself', async (t) => {
  const label = fc.stringMatching(/^[a-zA-ZäöüÉß0-9]{1,10}$/)
  const domain = fc.tuple(label, label).map(([one, two]) => `${one}.${two}x`)
  assert(
    fc.property(fc.oneof(hostile, domain), (text) => {
      const once = parseDomain(text)
      if (once === undefined) return
      t.equal(parseDomain(once), once)
      t.match(once, /^[a-z0-9.-]+$/)
    })
  )
  const address = fc.tuple(fc.oneof(label, hostile), domain).map(([local, at]) => `${local}@${at}`)
  assert(
    fc.property(fc.oneof(address, hostile), (text) => {
      const read = parseEmail(text)
      if (!read) return
      t.equal(parseEmail(read.email)?.key, read.key)
      t.equal(parseEmail(read.key)?.key, read.key)
      t.notMatch(read.email, /[\s<>,;\0]/)
      t.equal(maskEmail(read.email).length > 4, true)
    })
  )
})

await t.test('a list of addresses is the same however it is separated', async (t) => {
  const local = fc.stringMatching(/^[a-z]{1,8}$/)
  const names = fc.uniqueArray(local, { minLength: 1, maxLength: 20 })
  const separator = fc.constantFrom(...standard.invitations.separators)
  assert(
    fc.property(names, separator, (people, between) => {
      const emails = people.map((name) => `${name}@acme.test`)
      const wanted = readWanted({ emails: emails.join(` ${between} `) } as never, standard)
      t.same(
        wanted.map(({ address }) => address?.key),
        emails
      )
    }),
    100
  )
})

await t.test('a policy document that has been tampered with', async (t) => {
  const documents = [policyDocument('small'), ...[...PRESETS.values()]]
  const tampered = fc.constantFrom(...documents).chain((one) => spoiled(one))

  await t.test('is a policy or is told what is wrong with it', async (t) => {
    assert(
      fc.property(fc.oneof(tampered, odd), (document) => {
        const { success, error } = PolicyDocument.safeParse(document)
        return success || error.issues.length > 0
      })
    )
    t.pass()
  })

  await t.test('is checked to an end, where it is small', async (t) => {
    const small = spoiled(policyDocument('small'))
    let checked = 0
    assert(
      fc.property(small, (document) => {
        const { data } = PolicyDocument.safeParse(document)
        if (!data) return
        const start = performance.now()
        orProblem(() => checkPolicy(data))
        checked += 1
        t.ok(performance.now() - start < 20_000)
      }),
      60
    )
    t.ok(checked > 5)
  })
})

await t.test('a duration is read as it is written', async (t) => {
  assert(
    fc.property(
      fc.integer({ min: 1, max: 999 }),
      (days) => DAYS.test(`P${days}D`) && durationDays(`P${days}D`) === days
    )
  )
  assert(fc.property(hostile, (text) => !NO_DAYS.test(text) || /^P\d{1,4}D$/.test(text)))
  t.notOk(DAYS.test('P0D'))
})
