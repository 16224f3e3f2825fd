import { bodyText, commitmentOf } from '../../log/leaf.ts'
import type { Check } from '../check.ts'
import { need, refuse } from '../check.ts'

/** What the events say is what was committed to; what is blank was erased, and that was recorded. */
export const eventsCheck: Check = {
  name: 'events',
  run(inspection) {
    const events = need(inspection.events, 'the log')
    const view = need(inspection.view, 'the log')
    const { missionId } = need(inspection.manifest, 'the manifest')
    const erasures = view.of('erasure').map((e) => ({ index: e.index, ids: new Set(e.payload.eventIds) }))
    const ids = new Set<string>()
    let erased = 0
    for (const { index, leaf, salt, body } of events) {
      if (ids.has(leaf.eventId)) refuse(`events.jsonl: event ${index} repeats the id of another`)
      ids.add(leaf.eventId)
      if (salt === null || body === null) {
        if (salt !== null || body !== null || !erasures.some((e) => e.index > index && e.ids.has(leaf.eventId)))
          refuse(`events.jsonl: event ${index} is blank, and no erasure is recorded`)
        erased++
        continue
      }
      if (commitmentOf(salt, bodyText(body)) !== leaf.commitment)
        refuse(`events.jsonl: event ${index} is not what was committed to`)
      if (body.missionId !== missionId) refuse(`events.jsonl: event ${index} is of another mission`)
    }
    const blank = erased > 0 ? `; ${erased} erased, as recorded` : ''
    return { verdict: 'pass', detail: `${events.length - erased} events say what was committed to${blank}` }
  },
}
