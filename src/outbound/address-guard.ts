import { BlockList, isIP } from 'node:net'

/** Where nothing may be sent to: what is not the public internet (IANA special-purpose registries). */
const NOT_PUBLIC_IPV4 = [
  ['0.0.0.0', 8], // this host, this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared by a provider's customers
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local: metadata of clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // relays to IPv6
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4] // reserved, broadcast
] as const

/** All that has been given out as public; within it, what is not. */
const PUBLIC_IPV6 = ['2000::', 3] as const
const NOT_PUBLIC_IPV6 = [
  ['2001::', 23], // protocol assignments: Teredo, benchmarks
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20] // documentation
] as const

const notPublic = new BlockList()
for (const [network, bits] of NOT_PUBLIC_IPV4) notPublic.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of NOT_PUBLIC_IPV6) notPublic.addSubnet(network, bits, 'ipv6')
const publicIpv6 = new BlockList()
publicIpv6.addSubnet(...PUBLIC_IPV6, 'ipv6')

/** Whether something may be sent to an address. */
export type AddressGuard = (address: string) => boolean

/**
 * Lets through public addresses, and those in the networks given (`10.1.2.3`, `10.0.0.0/8`,
 * `fd00::/8`). What is not an address in its usual notation is not let through.
 */
export function createAddressGuard(allowedNetworks: readonly string[]): AddressGuard {
  const allowed = toBlockList(allowedNetworks)
  return (text) => {
    // Which interface it is of changes nothing about what kind of address it is.
    const [given = ''] = text.split('%')
    const address = innerIpv4(given) ?? given
    const family = isIP(address)
    if (family === 0) return false
    if (family === 4) return allowed.check(address, 'ipv4') || !notPublic.check(address, 'ipv4')
    if (allowed.check(address, 'ipv6')) return true
    return publicIpv6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6')
  }
}

/** Whether nothing may be sent to an address: the guard's opinion, for one question. */
export function isForbidden(address: string, allowedNetworks: readonly string[]): boolean {
  return !createAddressGuard(allowedNetworks)(address)
}

/**
 * Whether a web address names its host by an address to which nothing may be sent, in whatever
 * notation (`http://2130706433`, `http://0x7f.1`). A name is judged when it is connected to.
 */
export function hasForbiddenAddress(url: URL, allowedNetworks: readonly string[]): boolean {
  const address = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(address) !== 0 && isForbidden(address, allowedNetworks)
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

const MAPPED = '0:0:0:0:0:ffff'
/** Of hosts that have only IPv6: a gateway sends it on to the IPv4 address inside. */
const TRANSLATED = '64:ff9b:0:0:0:0'

/** The IPv4 address that an IPv6 one stands for. */
function innerIpv4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined
  const groups = groupsOf(address)
  const prefix = groups.slice(0, 6).join(':')
  if (prefix !== MAPPED && prefix !== TRANSLATED) return undefined
  return groups
    .slice(6)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    .join('.')
}

/** Its eight groups, without leading zeros. */
function groupsOf(ipv6: string): string[] {
  // One notation for all that there are, also of `::ffff:127.0.0.1`.
  const [head = '', tail] = new URL(`http://[${ipv6}]`).hostname.slice(1, -1).split('::')
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean))
  const written = [...(before ?? []), ...(after ?? [])].length
  return [...(before ?? []), ...Array<string>(8 - written).fill('0'), ...(after ?? [])]
}
