import { openCheckpoint, readCheckpoint } from '../../log/checkpoint.ts'
import type { Check } from '../check.ts'
import { need, refuse } from '../check.ts'

const path = 'log/checkpoint'

/** The checkpoint is signed by a known key and is the one that the manifest names. */
export const checkpointCheck: Check = {
  name: 'checkpoint',
  async run(inspection) {
    const manifest = need(inspection.manifest, 'the manifest')
    const note = (await inspection.archive.read(path)).toString()
    const checkpoint = readCheckpoint(note)
    const { origin, size, rootHash } = checkpoint
    const root = Buffer.from(rootHash).toString('hex')
    if (manifest.origin !== origin || BigInt(manifest.treeSize) !== size || manifest.rootHash !== root)
      refuse(`${path} is not the checkpoint that the manifest names`)
    inspection.note = note
    inspection.checkpoint = checkpoint
    if (inspection.keys.length === 0)
      return {
        verdict: 'not-assessed',
        detail: `${path} claims ${size} entries of ${origin}; without a key nobody knows`,
      }
    const { signatures } = openCheckpoint(note, inspection.keys)
    return {
      verdict: 'pass',
      detail: `${origin} with ${size} entries, signed by ${signatures.map((s) => `${s.name}+${s.keyId}`).join(', ')}`,
    }
  },
}
