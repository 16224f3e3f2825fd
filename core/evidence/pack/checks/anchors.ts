import { z } from 'zod'
import { Hex64 } from '../../../contracts/index.ts'
import { openCheckpoint, readCheckpoint } from '../../log/checkpoint.ts'
import { verifyConsistency } from '../../log/merkle.ts'
import { consistencyProof } from '../../log/tree.ts'
import { type Check, type Inspection, need, parseJson, refuse } from '../check.ts'
import { packTiles } from '../tiles.ts'

const Given = z.object({
  checkpoint: z.string(),
  proof: z.array(Hex64).optional(),
  timestamps: z.array(z.base64()).optional(),
})

interface ParsedAnchor {
  note: string
  proof?: Uint8Array[]
  /** Base 64. */
  timestamps: string[]
}

export function parseAnchor(anchor: string): ParsedAnchor {
  if (!anchor.trimStart().startsWith('{')) return { note: anchor, timestamps: [] }
  const given = Given.safeParse(parseJson(anchor, 'the anchor'))
  if (!given.success) return refuse('the anchor is neither a checkpoint nor {"checkpoint","proof"?,"timestamps"?}')
  const { checkpoint, proof, timestamps = [] } = given.data
  return { note: checkpoint, timestamps, ...(proof ? { proof: proof.map((hash) => Buffer.from(hash, 'hex')) } : {}) }
}

async function judge(inspection: Inspection, anchor: string): Promise<string> {
  const pack = need(inspection.checkpoint, 'the checkpoint')
  const { note, proof } = parseAnchor(anchor)
  const { origin, size, rootHash } =
    inspection.keys.length > 0 ? openCheckpoint(note, inspection.keys) : readCheckpoint(note)
  if (origin !== pack.origin) refuse(`the anchor is of ${origin}, the pack of ${pack.origin}`)
  const later = size > pack.size
  if (later && !proof)
    refuse(
      `the anchor has ${size} entries, the pack’s checkpoint ${pack.size}: bring it as {"checkpoint","proof"} with the consistency proof from ${pack.size} to ${size}`,
    )
  try {
    if (later)
      verifyConsistency({ from: pack.size, fromRoot: pack.rootHash, to: size, toRoot: rootHash, proof: proof! })
    else {
      const { hashes } = await packTiles(inspection.archive, Number(pack.size))
      const own = await consistencyProof(hashes, Number(size), Number(pack.size))
      verifyConsistency({ from: size, fromRoot: rootHash, to: pack.size, toRoot: pack.rootHash, proof: own })
    }
  } catch {
    refuse(
      `the log was rewritten: the pack’s checkpoint (${pack.size} entries) contradicts the anchor (${size} entries)`,
    )
  }
  return `${size}`
}

/** The log has only grown since each anchor. */
export const anchorsCheck: Check = {
  name: 'anchors',
  async run(inspection) {
    const sizes: string[] = []
    for (const anchor of inspection.anchors) sizes.push(await judge(inspection, anchor))
    inspection.sound = { anchors: sizes.length > 0 }
    return sizes.length === 0
      ? {
          verdict: 'not-assessed',
          detail: 'no earlier checkpoint was given: a log written anew with the stolen key would not be noticed',
        }
      : { verdict: 'pass', detail: `the log has only grown since the anchors of ${sizes.join(', ')} entries` }
  },
}
