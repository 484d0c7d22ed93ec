import fc from 'fast-check'
import t from 'tap'
import {
  createAddressGuard,
  hasForbiddenAddress,
  isForbidden
} from '../../src/outbound/address-guard.js'

/** The first and the last of each network, and what lies on both sides of it. */
const IPV4_EDGES = [
  { forbidden: ['0.0.0.0', '0.255.255.255'], allowed: ['1.0.0.0'] },
  { forbidden: ['10.0.0.0', '10.255.255.255'], allowed: ['9.255.255.255', '11.0.0.0'] },
  { forbidden: ['100.64.0.0', '100.127.255.255'], allowed: ['100.63.255.255', '100.128.0.0'] },
  { forbidden: ['127.0.0.0', '127.255.255.255'], allowed: ['126.255.255.255', '128.0.0.0'] },
  { forbidden: ['169.254.0.0', '169.254.255.255'], allowed: ['169.253.255.255', '169.255.0.0'] },
  { forbidden: ['169.254.169.254'], allowed: [] },
  { forbidden: ['172.16.0.0', '172.31.255.255'], allowed: ['172.15.255.255', '172.32.0.0'] },
  { forbidden: ['192.0.0.0', '192.0.0.255'], allowed: ['191.255.255.255', '192.0.1.0'] },
  { forbidden: ['192.0.2.0', '192.0.2.255'], allowed: ['192.0.1.255', '192.0.3.0'] },
  { forbidden: ['192.88.99.0', '192.88.99.255'], allowed: ['192.88.98.255', '192.88.100.0'] },
  { forbidden: ['192.168.0.0', '192.168.255.255'], allowed: ['192.167.255.255', '192.169.0.0'] },
  { forbidden: ['198.18.0.0', '198.19.255.255'], allowed: ['198.17.255.255', '198.20.0.0'] },
  { forbidden: ['198.51.100.0', '198.51.100.255'], allowed: ['198.51.99.255', '198.51.101.0'] },
  { forbidden: ['203.0.113.0', '203.0.113.255'], allowed: ['203.0.112.255', '203.0.114.0'] },
  { forbidden: ['224.0.0.0', '255.255.255.255'], allowed: ['223.255.255.255'] }
]

const IPV6_EDGES = [
  { forbidden: ['::', '::1', '::7f00:1', '::127.0.0.1'], allowed: [] },
  { forbidden: ['fc00::', 'fdff:ffff::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1'], allowed: [] },
  { forbidden: ['ff02::1', 'ff0e::1', '100::1', '5f00::1', '4000::', '1fff:ffff::'], allowed: [] },
  { forbidden: ['64:ff9b:1::1', '64:ff9b:1::8.8.8.8'], allowed: [] },
  { forbidden: ['2001::1', '2001:1ff:ffff::'], allowed: ['2000::', '2001:200::'] },
  { forbidden: ['2001:db8::1'], allowed: ['2001:db7:ffff::', '2001:db9::'] },
  { forbidden: ['2002::1', '2002:7f00:1::', '2002:808:808::'], allowed: ['2003::'] },
  { forbidden: ['3fff::1', '3fff:fff::'], allowed: ['3fff:1000::', '2606:4700:4700::1111'] },
  { forbidden: ['::ffff:127.0.0.1', '::ffff:7f00:1', '::FFFF:A9FE:A9FE'], allowed: [] },
  { forbidden: ['0:0:0:0:0:ffff:10.0.0.1', '0000::ffff:0a00:0001'], allowed: ['::ffff:8.8.8.8'] },
  {
    forbidden: ['64:ff9b::10.0.0.1', '64:ff9b::1', '64:ff9b::7f00:1'],
    allowed: ['64:ff9b::8.8.8.8']
  }
]

await t.test('what is not public is forbidden, to the last address and no further', async (t) => {
  for (const { forbidden, allowed } of [...IPV4_EDGES, ...IPV6_EDGES]) {
    for (const address of forbidden) t.ok(isForbidden(address, []), address)
    for (const address of allowed) t.notOk(isForbidden(address, []), address)
  }
})

await t.test('what is no address in its usual notation is forbidden', async (t) => {
  const odd = ['', 'localhost', 'acme.test', '127.1', '2130706433', '0x7f.0.0.1', '0177.0.0.1']
  for (const text of [
    ...odd,
    '8.8.8.8.',
    ' 8.8.8.8',
    '8.8.8.8/8',
    '[2606::1]',
    '8.8.8',
    'fe80::%'
  ]) {
    t.ok(isForbidden(text, []), text)
  }
})

await t.test('a network that is allowed is allowed, in every notation, and no other', async (t) => {
  const guard = createAddressGuard(['127.0.0.1', '10.20.0.0/16', 'fd12::/16', '::1'])
  for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '10.20.255.255', '::ffff:a14:1']) {
    t.ok(guard(address), address)
  }
  for (const address of ['fd12::1', '::1', '0:0::0:1', '64:ff9b::10.20.0.1', '8.8.8.8']) {
    t.ok(guard(address), address)
  }
  for (const address of ['127.0.0.2', '10.21.0.0', 'fd13::1', '::2', '::ffff:10.21.0.0']) {
    t.notOk(guard(address), address)
  }
  t.ok(createAddressGuard(['0.0.0.0/0'])('169.254.169.254'))
  t.notOk(createAddressGuard(['0.0.0.0/0'])('fe80::1'))
  t.ok(createAddressGuard(['::/0'])('fe80::1'))
})

const octet = fc.nat(255)
const privateIpv4 = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127, 224, 239, 240, 255), octet, octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet)
)
const hex = (value: number, width: number) => value.toString(16).padStart(width, '0')

await t.test('however a forbidden IPv4 address is written as IPv6, it is forbidden', async (t) => {
  const heads = ['::ffff:', '0:0:0:0:0:ffff:', '0000:0000:0000:0000:0000:ffff:', '0::ffff:']
  const translated = ['64:ff9b::', '0064:ff9b:0:0:0:0:', '64:ff9b:0::0:']
  const form = fc.record({
    parts: privateIpv4,
    head: fc.constantFrom(...heads, ...translated),
    dotted: fc.boolean(),
    width: fc.constantFrom(1, 4),
    upper: fc.boolean(),
    zone: fc.constantFrom('', '%eth0', '%1')
  })
  fc.assert(
    fc.property(form, ({ parts: [a, b, c, d], head, dotted, width, upper, zone }) => {
      const groups = `${hex(a * 256 + b, width)}:${hex(c * 256 + d, width)}`
      const text = `${head}${dotted ? `${a}.${b}.${c}.${d}` : groups}`
      return isForbidden((upper ? text.toUpperCase() : text) + zone, [])
    }),
    { numRuns: 2_000 }
  )
  t.pass('2,000 of them')
})

await t.test('however a web address writes a forbidden IPv4 address, it is found', async (t) => {
  const radix = fc.constantFrom(
    (value: number) => String(value),
    (value: number) => `0x${value.toString(16)}`,
    (value: number) => `0X${value.toString(16).toUpperCase()}`,
    (value: number) => `0${value.toString(8)}`,
    (value: number) => `000${value.toString(8)}`
  )
  const form = fc.record({
    parts: privateIpv4,
    radixes: fc.tuple(radix, radix, radix, radix),
    count: fc.constantFrom(1, 2, 3, 4),
    dot: fc.constantFrom('', '.')
  })
  fc.assert(
    fc.property(form, ({ parts, radixes, count, dot }) => {
      const head = parts.slice(0, count - 1)
      const last = parts.slice(count - 1).reduce((value, part) => value * 256 + part, 0)
      const text = [...head, last].map((value, at) => radixes[at]?.(value)).join('.')
      return hasForbiddenAddress(new URL(`https://${text}${dot}:8443/hook?x=1`), [])
    }),
    { numRuns: 2_000 }
  )
  const found = ['http://[::1]/', 'https://[::ffff:7f00:1]:8443', 'https://①②⑦.0.0.1', 'http://0']
  for (const url of found) t.ok(hasForbiddenAddress(new URL(url), []), url)
  const fine = [
    'https://acme.test',
    'https://8.8.8.8',
    'https://[2606:4700::1]',
    'http://localhost'
  ]
  for (const url of fine) t.notOk(hasForbiddenAddress(new URL(url), []), url)
  t.notOk(hasForbiddenAddress(new URL('http://2130706433'), ['127.0.0.1']))
})
