import { readdirSync, readFileSync } from 'node:fs'

/** `npm run bench [-- NAME…]`: each file beside this one is a bench, and exports `bench()`. */
export interface BenchResult {
  name: string
  figures: Record<string, number>
}

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3))
  .sort()
const asked = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const unknown = asked.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(', ')}; there are ${names.join(', ')}.`)
  process.exit(2)
}

const number = (n: number): string => (Math.abs(n) >= 100 ? n.toFixed(0) : n.toPrecision(3))

/** Ticks of the processors that were worked, and that a hypervisor gave to others meanwhile; elsewhere than on Linux not known. */
function ticks(): { worked: number; taken: number } | undefined {
  try {
    const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8').split(/\s+/).map(Number)
    return { worked: user! + nice! + system! + irq! + softirq!, taken: steal! }
  } catch {
    return undefined
  }
}

for (const file of asked.length > 0 ? asked : names) {
  const started = performance.now()
  const before = ticks()
  const { bench } = (await import(`./${file}.ts`)) as { bench: () => Promise<BenchResult> }
  const { name, figures } = await bench()
  const after = ticks()
  console.log(`\n${name} (${((performance.now() - started) / 1_000).toFixed(1)} s)`)
  const width = Math.max(...Object.keys(figures).map((label) => label.length))
  for (const [label, figure] of Object.entries(figures)) console.log(`  ${label.padEnd(width)}  ${number(figure)}`)
  if (before === undefined || after === undefined) continue
  const taken = after.taken - before.taken
  const share = (100 * taken) / Math.max(1, taken + after.worked - before.worked)
  console.log(`  of the time that work was ready, the hypervisor gave ${number(share)} % to others`)
}
