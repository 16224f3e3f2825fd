import { StringDecoder } from 'node:string_decoder'
import { z } from 'zod'
import { Hex64, Time } from '../../../contracts/index.ts'
import type { EventBody } from '../../log/layout.ts'
import { leafText } from '../../log/leaf.ts'
import { leafHash, verifyInclusion } from '../../log/merkle.ts'
import { RecordedBody } from '../../log/recorded-body.ts'
import { readTlogProof, writeTlogProof } from '../../log/tlog-proof.ts'
import { type RecordedFact, viewMission } from '../../mission-view.ts'
import { payloadArtifact, withPayload } from '../../payloads.ts'
import { type Check, type Inspection, need, type PackEvent, refuse } from '../check.ts'
import { payloadPath } from '../placing.ts'
import { packTiles } from '../tiles.ts'

const path = 'events.jsonl'
const Line = z.strictObject({
  index: z.int().min(0),
  leaf: z.strictObject({
    commitment: Hex64,
    eventId: z.string().min(1),
    recordedAt: Time,
    type: z.string().min(1),
    v: z.literal(1),
  }),
  salt: Hex64.nullable(),
  body: RecordedBody,
})

async function* lines({ archive }: Inspection): AsyncGenerator<string> {
  const decoder = new StringDecoder()
  let rest = ''
  for await (const piece of archive.pieces(path)) {
    const texts = (rest + decoder.write(piece)).split('\n')
    rest = texts.pop()!
    yield* texts
  }
  if (rest + decoder.end() !== '') refuse(`${path} does not end in a newline`)
}

async function readEvents(inspection: Inspection): Promise<PackEvent[]> {
  const events: PackEvent[] = []
  for await (const line of lines(inspection)) {
    try {
      events.push(Line.parse(JSON.parse(line)) as PackEvent)
    } catch {
      refuse(`${path}, line ${events.length + 1}: not an event`)
    }
  }
  if (events.length === 0) refuse(`${path} has no event`)
  return events
}

/** A large payload stands in a file of its own, which the event names by digest. */
async function whole({ archive }: Inspection, index: number, body: EventBody): Promise<EventBody> {
  const artifact = payloadArtifact(body)
  if (!artifact) return body
  const place = payloadPath(index)
  const data = await archive.read(place)
  if (`sha256:${archive.entries.get(place)!.sha256}` !== artifact.digest)
    refuse(`${place} is not the payload of event ${index}`)
  try {
    return withPayload(body, data)
  } catch {
    return refuse(`${place} is not a JSON object`)
  }
}

/** Every event is in the log at its place, in order, and the log's hashes lead to the signed root. */
export const logCheck: Check = {
  name: 'log',
  async run(inspection) {
    const events = await readEvents(inspection)
    const manifest = need(inspection.manifest, 'the manifest')
    const { size, rootHash } = need(inspection.checkpoint, 'the checkpoint')
    const note = need(inspection.note, 'the checkpoint')
    const tiles = await packTiles(inspection.archive, Number(size))
    if (!Buffer.from(await tiles.root()).equals(Buffer.from(rootHash)))
      refuse('log/tile/: the hashes do not lead to the signed root')
    let last: PackEvent | undefined
    for (const event of events) {
      const { index, leaf } = event
      if (last && index <= last.index) refuse(`${path}: event ${index} stands after event ${last.index}`)
      if (last && leaf.recordedAt < last.leaf.recordedAt)
        refuse(`${path}: event ${index} was recorded before event ${last.index}`)
      const hash = leafHash(Buffer.from(leafText(leaf)))
      const file = `log/${index}.tlog-proof`
      const text = (await inspection.archive.read(file)).toString()
      const proof = readTlogProof(text)
      if (writeTlogProof(proof) !== text || proof.checkpoint !== note || proof.index !== BigInt(index))
        refuse(`${file} proves something else`)
      try {
        verifyInclusion({ index: BigInt(index), treeSize: size, leafHash: hash, proof: proof.proof, rootHash })
      } catch (cause) {
        refuse(`${file}: event ${index} of ${path} is not in the log: ${(cause as Error).message}`)
      }
      if (!(await tiles.leaf(index)).equals(Buffer.from(hash))) refuse(`log/tile/: another entry stands at ${index}`)
      last = event
    }
    const asked = new Set(['log/checkpoint', ...tiles.paths, ...events.map((e) => `log/${e.index}.tlog-proof`)])
    for (const file of inspection.archive.entries.keys())
      if (file.startsWith('log/') && !asked.has(file)) refuse(`${file} belongs to no event`)
    inspection.events = events
    const facts: RecordedFact[] = []
    for (const { index, leaf, body } of events) {
      const { eventId, type, recordedAt } = leaf
      facts.push({ index, eventId, type, recordedAt, body: body && (await whole(inspection, index, body)) })
    }
    inspection.view = viewMission(manifest.missionId, facts)
    return { verdict: 'pass', detail: `${events.length} events, each proved to be in the log of ${size} entries` }
  },
}
