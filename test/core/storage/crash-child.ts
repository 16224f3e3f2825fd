import { writeSync } from 'node:fs'
import { openCandidate } from './candidate.ts'

/** Commits without end on several lanes at once, and says on standard output what was acknowledged. */
const [module, opener, at, lanes] = process.argv.slice(2) as [string, string, string, string]
const store = await openCandidate({ module, opener }, at)

async function lane(name: string): Promise<void> {
  for (let i = await store.size(name); ; i++) {
    await store.commit([
      { append: { log: name, index: i, value: { i } } },
      { put: { collection: 'counters', key: name, value: { next: i + 1 }, expect: i } },
      { put: { collection: `rows-${name}`, key: String(i).padStart(8, '0'), value: { i }, expect: 0 } },
    ])
    writeSync(1, `${name} ${i}\n`)
  }
}
writeSync(1, 'ready\n')
await Promise.all(Array.from({ length: Number(lanes) }, (_, n) => lane(`lane${n}`)))
