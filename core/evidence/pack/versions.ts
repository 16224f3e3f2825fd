import type { MissionView } from '../mission-view.ts'
import { lastBefore } from '../mission-view.ts'

/** `versions.json`: what made the change and in which formats it is recorded; only what the events say, so that a rebuild elsewhere is the same. */
export const versionsDocument = (view: MissionView): unknown => ({
  pack: 1,
  leaf: 1,
  changeSpec: 1,
  atomic: view.of('mission.created')[0]?.payload.atomic ?? null,
  engine: lastBefore(view, 'mission.planned')?.payload.engine ?? null,
  formats: {
    checkpoint: 'https://c2sp.org/tlog-checkpoint@v1.0.0',
    proofs: 'https://c2sp.org/tlog-proof',
    tiles: 'https://c2sp.org/tlog-tiles',
    attestation: 'https://in-toto.io/Statement/v1',
    envelope: 'https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md',
    provenance: 'https://www.w3.org/submissions/prov-json/',
    mutation: 'https://github.com/stryker-mutator/mutation-testing-elements',
  },
})
