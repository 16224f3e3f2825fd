import { readdirSync } from 'node:fs'

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

for (const file of asked.length > 0 ? asked : names) {
  const started = performance.now()
  const { bench } = (await import(`./${file}.ts`)) as { bench: () => Promise<BenchResult> }
  const { name, figures } = await bench()
  console.log(`\n${name} (${((performance.now() - started) / 1_000).toFixed(1)} s)`)
  const width = Math.max(...Object.keys(figures).map((label) => label.length))
  for (const [label, figure] of Object.entries(figures)) console.log(`  ${label.padEnd(width)}  ${number(figure)}`)
}
