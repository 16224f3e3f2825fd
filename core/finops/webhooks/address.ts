import { lookup } from 'node:dns/promises'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { AtomicError } from '../../platform/errors.ts'

export interface PinnedAddress {
  address: string
  family: 4 | 6
}

export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>

const resolveAll: Resolve = (host) => lookup(host, { all: true, verbatim: true })

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Everything that is not the public internet, by the IANA special-purpose registries. */
const inward = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  inward.addSubnet(net, bits)

/** Of IPv6 only 2000::/3 is given out; in it, what carries an IPv4 address or is for documents. */
const outward6 = new BlockList()
outward6.addSubnet('2000::', 3, 'ipv6')
const inward6 = new BlockList()
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  inward6.addSubnet(net, bits, 'ipv6')

const isPublic = (address: string, family: 4 | 6): boolean =>
  family === 4 ? !inward.check(address) : outward6.check(address, 'ipv6') && !inward6.check(address, 'ipv6')

/**
 * Resolves a host once, to the address that is then connected to.
 * @param allowLoopback for development; every address must then be on the loopback
 * @throws AtomicError `POLICY_DENIED` when any of its addresses is not public.
 */
export async function pinAddress(
  host: string,
  allowLoopback: boolean,
  resolve: Resolve = resolveAll,
): Promise<PinnedAddress> {
  const bare = host.replace(/^\[|\]$/g, '')
  const family = isIP(bare)
  const found = family === 0 ? await resolve(bare) : [{ address: bare, family }]
  const addresses = found.map(({ address, family: f }) => ({ address, family: f === 6 ? (6 as const) : (4 as const) }))
  const isLoopback = ({ address, family: f }: PinnedAddress) => loopback.check(address, f === 6 ? 'ipv6' : 'ipv4')
  const fine =
    addresses.every((a) => isPublic(a.address, a.family)) || (allowLoopback && addresses.every((a) => isLoopback(a)))
  const [first] = addresses
  if (first === undefined) throw new AtomicError('UPSTREAM_FAILED', 'The host of the webhook has no address.')
  if (!fine) throw new AtomicError('POLICY_DENIED', 'The host of the webhook is not on the public internet.')
  return first
}

/** Whoever asks for the host's address is told the one that was checked. */
export const lookupOf =
  ({ address, family }: PinnedAddress): LookupFunction =>
  (_host, options, done) => {
    if (options.all) done(null, [{ address, family }])
    else done(null, address, family)
  }
