import t from 'tap'
import { createTxtResolver, isDnsServer } from '../src/dns.js'
import { createDnsServer } from './helpers/dns.js'

const NAME = '_muster-challenge.acme.test'
const RIGHT = 'muster-verification=abc'

await t.test('TXT records are looked up', async (t) => {
  const { records, asked, server } = await createDnsServer(t)
  const timeoutMs = 2_000
  const resolver = createTxtResolver({ servers: [server], timeoutMs })
  const say = async (reply: Parameters<typeof records.set>[1]) => {
    records.set(NAME, reply)
    return resolver.lookUpTxt(NAME)
  }

  await t.test('each record is one text, its chunks joined', async (t) => {
    t.same(await say([RIGHT, 'v=spf1 -all']), { kind: 'records', texts: [RIGHT, 'v=spf1 -all'] })
    const texts = [RIGHT]
    t.same(await say([['muster-', 'verification=', 'abc']]), { kind: 'records', texts })
    t.equal(asked.at(-1), NAME)
  })

  await t.test('a name without records, and no such name, have none', async (t) => {
    t.same(await say([]), { kind: 'none' })
    t.same(await resolver.lookUpTxt('_muster-challenge.nobody.test'), { kind: 'none' })
  })

  await t.test('a server that fails or refuses proves nothing', async (t) => {
    t.same(await say('servfail'), { kind: 'failed', code: 'SERVFAIL' })
    t.same(await say('refused'), { kind: 'failed', code: 'REFUSED' })
    const away = createTxtResolver({ servers: ['127.0.0.1:1'], timeoutMs })
    t.match(await away.lookUpTxt(NAME), { kind: 'failed' })
    t.match(await resolver.lookUpTxt(`${'a'.repeat(64)}.test`), { kind: 'failed' })
  })

  await t.test('one that never answers is left within the time that there is', async (t) => {
    const quick = createTxtResolver({ servers: [server, server], timeoutMs: 300 })
    records.set(NAME, 'silent')
    records.set('_muster-challenge.other.test', [RIGHT])
    const began = performance.now()
    const slow = quick.lookUpTxt(NAME)
    const other = await quick.lookUpTxt('_muster-challenge.other.test')
    t.same(other, { kind: 'records', texts: [RIGHT] }, 'others go on meanwhile')
    t.same(await slow, { kind: 'failed', code: 'timeout' })
    t.ok(performance.now() - began < 1_500)
  })

  await t.test('a CNAME is followed', async (t) => {
    records.set('proofs.acme.test', [RIGHT])
    t.same(await say({ cname: 'proofs.acme.test' }), { kind: 'records', texts: [RIGHT] })
  })

  await t.test('of a huge answer the first records are looked at, and no long one', async (t) => {
    const many = Array.from(
      { length: 220 },
      (_, n) => `${String(n).padStart(3, '0')}${'x'.repeat(230)}`
    )
    const answer = await say([RIGHT, ...many])
    t.equal(answer.kind, 'records')
    const texts = answer.kind === 'records' ? answer.texts : []
    t.equal(texts.length, 200)
    t.ok(texts.includes(RIGHT))
    const long = Array.from({ length: 200 }, () => 'y'.repeat(255))
    t.same(await say([long, RIGHT]), { kind: 'records', texts: [RIGHT] })
  })
})

await t.test('servers are addresses, with a port if need be', async (t) => {
  for (const right of ['9.9.9.9', '::1', '127.0.0.1:5353', '[::1]:53', '[2001:db8::1]:65535']) {
    t.ok(isDnsServer(right), right)
  }
  for (const wrong of [
    'dns.test',
    '',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '[127.0.0.1]:53',
    '1.2.3:5',
    ':53',
    '::1:x'
  ]) {
    t.notOk(isDnsServer(wrong), wrong)
  }
})
