import { type Check, need, refuse } from '../check.ts'
import { derivedFiles, readForReport } from '../contents.ts'
import { bytesOf } from '../files.ts'
import { placeArtifacts } from '../placing.ts'

/** Artifacts are those that the events name; everything else follows from the events. */
export const filesCheck: Check = {
  name: 'files',
  async run(inspection) {
    const view = need(inspection.view, 'the log')
    const note = need(inspection.note, 'the checkpoint')
    const { archive } = inspection
    const places = placeArtifacts(need(inspection.events, 'the log'))
    const texts = new Map<string, string>()
    for (const [path, { digest, size }] of places) {
      const entry = archive.entries.get(path) ?? refuse(`${path} is missing`)
      if (digest !== `sha256:${entry.sha256}` || size !== entry.size)
        refuse(`${path} is not the artifact that its event names`)
    }
    for (const path of readForReport(places)) texts.set(path, (await archive.read(path)).toString())
    const derived = derivedFiles(view, note, texts)
    for (const [path, make] of derived) {
      if (places.has(path)) continue
      if (!archive.entries.has(path)) refuse(`${path} is missing`)
      if (!(await archive.read(path)).equals(bytesOf(make()))) refuse(`${path} does not follow from the events`)
    }
    const own = new Set([
      'manifest.json',
      'attestation.intoto.jsonl',
      'events.jsonl',
      ...places.keys(),
      ...derived.keys(),
    ])
    const extra = [...archive.entries.keys()].find((path) => !own.has(path) && !path.startsWith('log/'))
    if (extra !== undefined) refuse(`${extra} belongs to no event`)
    return {
      verdict: 'pass',
      detail: `${places.size} artifacts as their events name them, ${derived.size} files that follow from the events`,
    }
  },
}
