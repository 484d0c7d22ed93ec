import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
// Declares every problem.
import '../../../src/app.js'
import { MEMBER_STATUSES } from '../../../src/db/tables/members.js'
import { problemCatalogue } from '../../../src/errors.js'
import { checkTexts } from '../../../src/features/policies/check-texts.js'
import { PRESETS } from '../../../src/policy/presets.js'
import { OWN_TEXTS } from '../../../src/policy/text-codes.js'

const wrong = (texts: Record<string, { en?: string; fr?: string }>) =>
  checkTexts({ texts }).map(({ path }) => path.join('/'))
const said = (codes: Iterable<string>) =>
  Object.fromEntries([...codes].map((code) => [code, { en: 'Words.' }]))

await t.test('every text that Muster says may be said in a policy’s own words', async (t) => {
  t.ok(OWN_TEXTS.size > 20)
  t.ok(problemCatalogue().size > 50)
  t.same(wrong(said(OWN_TEXTS.keys())), [])
  t.same(wrong(said(problemCatalogue().keys())), [])
  t.same(wrong(said(MEMBER_STATUSES.map((status) => `status.${status}`))), [])
  t.same(wrong(said(['invitation.created', 'confirmation_required.member.remove'])), [])
})

await t.test('whatever the source says by a code of its own is known', async (t) => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  const codes = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(`src/${file}`, 'utf8').matchAll(/\btextOf\(\s*[\w.]+,\s*'([^']+)'/g)
    ])
    .map(([, code = '']) => code)
  t.ok(codes.length > 0)
  t.same(wrong(said(codes)), [])
})

await t.test(
  'a code of nothing, and a name that no text has, are told by their path',
  async (t) => {
    t.same(wrong(said(['seat_exhausted', 'status.gone', 'mail.invitation.subjekt'])), [
      'texts/seat_exhausted',
      'texts/status.gone',
      'texts/mail.invitation.subjekt'
    ])
    t.same(wrong(said(['seats_exhausted.of', 'seats_exhausted.', 'status', 'constructor'])), [
      'texts/seats_exhausted.of',
      'texts/seats_exhausted.',
      'texts/status',
      'texts/constructor'
    ])
    t.same(wrong({ 'mail.invitation.subject': { en: 'Join {team}', fr: 'Rejoindre {equipe}' } }), [
      'texts/mail.invitation.subject/fr'
    ])
  }
)

await t.test('what presets say is said', async (t) => {
  for (const [key, policy] of PRESETS) t.same(checkTexts(policy), [], key)
})
