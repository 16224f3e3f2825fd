import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Envelope } from '../../../core/evidence/attest.ts'
import { parseVerifierKey } from '../../../core/evidence/log/keys.ts'
import { unpack } from '../../core/evidence/tamper.ts'
import { missionEvents, openWorld, packOf, record, type World } from '../../core/evidence/world.ts'

/** Sigstore's own verifier reads our envelopes, with the log's key as the one it trusts, and no network. */
let world: World
let envelopes: Envelope[]
beforeAll(async () => {
  world = await openWorld()
  await record(world.evidence, 'mis_1', await missionEvents(world.blobs))
  const file = unpack(await packOf(world.evidence, 'mis_1')).find((f) => f.path === 'attestation.intoto.jsonl')!
  envelopes = file.data
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Envelope)
})
afterAll(() => world.close())

function verify({ payload, payloadType, signatures }: Envelope): void {
  const nothing = { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' }
  const { publicKey } = parseVerifierKey(world.vkey)
  const trust = toTrustMaterial(TrustedRoot.fromJSON(nothing), () => ({ publicKey, validFor: () => true }))
  const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 })
  const bundle = bundleFromJSON({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: world.vkey }, tlogEntries: [] },
    dsseEnvelope: { payload, payloadType, signatures },
  })
  verifier.verify(toSignedEntity(bundle))
}

test('it accepts every statement of a pack', () => {
  expect(envelopes.length).toBeGreaterThan(3)
  for (const envelope of envelopes) expect(() => verify(envelope)).not.toThrow()
})

test('it refuses one that says something else', () => {
  const [first] = envelopes
  const payload = Buffer.from(first!.payload, 'base64').toString().replace('"completed"', '"cancelled"')
  expect(() => verify({ ...first!, payload: Buffer.from(payload).toString('base64') })).toThrow(
    'signature verification failed',
  )
})
