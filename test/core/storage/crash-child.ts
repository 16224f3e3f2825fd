import { openCandidate } from './candidate.ts'

/** Commits without end on several lanes at once, and says on standard output what was acknowledged. */
const [module, opener, at, lanes] = process.argv.slice(2) as [string, string, string, string]
/** Not `writeSync`: it fails when the reader is behind. A line that a kill cuts off only claims less. */
const say = (line: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()))
const store = await openCandidate({ module, opener }, at)

async function lane(name: string): Promise<void> {
  for (let i = await store.size(name); ; i++) {
    await store.commit([
      { append: { log: name, index: i, value: { i } } },
      { put: { collection: 'counters', key: name, value: { next: i + 1 }, expect: i } },
      { put: { collection: `rows-${name}`, key: String(i).padStart(8, '0'), value: { i }, expect: 0 } },
    ])
    await say(`${name} ${i}`)
  }
}
await say('ready')
await Promise.all(Array.from({ length: Number(lanes) }, (_, n) => lane(`lane${n}`)))
