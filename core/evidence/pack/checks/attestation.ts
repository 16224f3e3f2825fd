import { canonical } from '../../../platform/canonical.ts'
import { type Envelope, inTotoType, verifyEnvelope } from '../../attest.ts'
import { type Check, need, parseJson, refuse } from '../check.ts'
import { attestationPath, manifestPath } from '../files.ts'
import { statementsOf } from '../statements.ts'

/** The log's key attests the manifest, each approval and each test result, and nothing else. */
export const attestationCheck: Check = {
  name: 'attestation',
  async run(inspection) {
    const manifest = need(inspection.manifest, 'the manifest')
    const view = need(inspection.view, 'the log')
    const { archive, keys } = inspection
    const text = (await archive.read(attestationPath)).toString()
    const envelopes = text
      .split('\n')
      .slice(0, -1)
      .map((line) => parseJson(line, attestationPath) as Envelope)
    if (envelopes.map((e) => `${JSON.stringify(e)}\n`).join('') !== text)
      refuse(`${attestationPath} is not written as it should be`)
    const manifestSha256 = archive.entries.get(manifestPath)!.sha256
    const expected = statementsOf(view, { ...manifest, manifestSha256 })
    if (envelopes.length !== expected.length)
      refuse(`${attestationPath} has ${envelopes.length} statements where the events call for ${expected.length}`)
    for (const [i, envelope] of envelopes.entries()) {
      const where = `${attestationPath}, line ${i + 1}`
      const payload = Buffer.from(envelope.payload, 'base64')
      if (envelope.payloadType !== inTotoType || payload.toString('base64') !== envelope.payload)
        refuse(`${where}: not an in-toto statement`)
      if (canonical(parseJson(payload.toString(), attestationPath)) !== canonical(expected[i]))
        refuse(`${where}: says something else than the events and the manifest`)
      if (keys.length === 0) continue
      const [signature, ...more] = envelope.signatures
      const key = keys.find((k) => `${k.name}+${k.keyId}` === signature?.keyid)
      if (more.length > 0) refuse(`${where}: signed more than once`)
      const { publicKey } = key ?? refuse(`${where}: not signed by a given key`)
      try {
        verifyEnvelope(envelope, [publicKey])
      } catch {
        refuse(`${where}: the signature is wrong`)
      }
    }
    return keys.length === 0
      ? { verdict: 'not-assessed', detail: `${envelopes.length} statements; without a key nobody knows who made them` }
      : { verdict: 'pass', detail: `${envelopes.length} statements, signed, that say what the events say` }
  },
}
