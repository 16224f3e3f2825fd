import { type Check, need, refuse } from '../check.ts'
import { documentsOf } from '../contents.ts'
import { sumsOf } from '../files.ts'
import { isPage } from '../pages.ts'
import { placeArtifacts } from '../placing.ts'

/** Artifacts are those that the events name; every document follows from the events. */
export const filesCheck: Check = {
  name: 'files',
  async run(inspection) {
    const view = need(inspection.view, 'the log')
    const { archive } = inspection
    const places = placeArtifacts(need(inspection.events, 'the log'))
    for (const [path, { digest, size }] of places) {
      const entry = archive.entries.get(path) ?? refuse(`${path} is missing`)
      if (digest !== `sha256:${entry.sha256}` || size !== entry.size)
        refuse(`${path} is not the artifact that its event names`)
    }
    const derived = documentsOf(view)
    for (const [path, make] of derived) {
      if (places.has(path)) continue
      const { sha256 } = archive.entries.get(path) ?? refuse(`${path} is missing`)
      if ((await sumsOf(make())).sha256 !== sha256) refuse(`${path} does not follow from the events`)
    }
    const own = new Set([
      'manifest.json',
      'attestation.intoto.jsonl',
      'events.jsonl',
      ...places.keys(),
      ...derived.keys(),
    ])
    const extra = [...archive.entries.keys()].find(
      (path) => !own.has(path) && !isPage(path) && !path.startsWith('log/'),
    )
    if (extra !== undefined) refuse(`${extra} belongs to no event`)
    return {
      verdict: 'pass',
      detail: `${places.size} artifacts as their events name them, ${derived.size} documents that follow from the events`,
    }
  },
}
