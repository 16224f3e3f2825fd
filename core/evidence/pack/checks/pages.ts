import { type Check, need, refuse } from '../check.ts'
import { readForReport } from '../contents.ts'
import { sumsOf } from '../files.ts'
import { edition, isPage, pagesOf } from '../pages.ts'
import { placeArtifacts } from '../placing.ts'

/**
 * Pages show what the events say. Those of another edition cannot be drawn again: like every file
 * they are what the signed manifest lists, but whether they tell the truth is then not assessed.
 */
export const pagesCheck: Check = {
  name: 'pages',
  async run(inspection) {
    const { archive } = inspection
    const view = need(inspection.view, 'the log')
    const note = need(inspection.note, 'the checkpoint')
    const manifest = need(inspection.manifest, 'the manifest')
    const places = placeArtifacts(need(inspection.events, 'the log'))
    const found = [...archive.entries.keys()].filter((path) => isPage(path) && !places.has(path))
    if (manifest.edition !== edition)
      return {
        verdict: 'not-assessed',
        detail: `${found.join(', ')}: of edition ${manifest.edition ?? 'unknown'}, this verifier draws ${edition}; go by events.jsonl, not by what they show`,
      }
    const texts = new Map<string, string>()
    for (const path of readForReport(places)) texts.set(path, (await archive.read(path)).toString())
    const drawn = pagesOf(view, note, texts)
    for (const [path, make] of drawn) {
      if (places.has(path)) continue
      const { sha256 } = archive.entries.get(path) ?? refuse(`${path} is missing`)
      if ((await sumsOf(make())).sha256 !== sha256) refuse(`${path} does not follow from the events`)
    }
    const extra = found.find((path) => !drawn.has(path))
    if (extra !== undefined) refuse(`${extra} belongs to no event`)
    return { verdict: 'pass', detail: `${drawn.size} pages show what the events say` }
  },
}
