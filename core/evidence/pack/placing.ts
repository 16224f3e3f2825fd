import type { ArtifactRef } from '../../contracts/index.ts'
import type { EventBody } from '../log/layout.ts'
import { payloadArtifact } from '../payloads.ts'

/** An event as it was recorded: a large payload is still a reference. */
interface Recorded {
  index: number
  body: EventBody | null
}

const placed = /^(changespec\.json|(diffs|tests|mutation)\/[^/\\:*?"<>|\x00-\x1f]+)$/

export const payloadPath = (index: number): string => `payloads/${index}.json`

/**
 * Which artifacts go into the pack, and where: as their names say; of two with one name the later
 * has it, the earlier goes to `superseded/INDEX/NAME`. Names that no file system could hold apart
 * (case, trailing dots) count as one. The payload of an event that was too large for it goes to
 * `payloads/INDEX.json`.
 */
export function placeArtifacts(events: readonly Recorded[]): Map<string, ArtifactRef> {
  const byName = new Map<string, { index: number; artifact: ArtifactRef }[]>()
  for (const { index, body } of events) {
    for (const artifact of body?.artifacts ?? []) {
      if (!placed.test(artifact.name) || /[. ]$/.test(artifact.name)) continue
      const name = artifact.name.toLowerCase()
      const same = byName.get(name) ?? []
      byName.set(name, [...same.filter((s) => s.artifact.digest !== artifact.digest), { index, artifact }])
    }
  }
  const places = new Map<string, ArtifactRef>()
  for (const { index, body } of events) {
    const payload = body && payloadArtifact(body)
    if (payload) places.set(payloadPath(index), payload)
  }
  for (const uses of byName.values()) {
    uses.forEach(({ index, artifact }, i) => {
      const last = i === uses.length - 1
      places.set(last ? artifact.name : `superseded/${index}/${artifact.name}`, artifact)
    })
  }
  return places
}
