import { randomInt } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'

/** `npm run soak [-- NAME…] [--count N] [--seed S]`: each file beside this one exports `soak({count, seed})`. */
export interface SoakResult {
  name: string
  ran: number
  failed: number
  detail: string
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '100' }, seed: { type: 'string' } },
})
const count = Number(values.count)
const seed = Number(values.seed ?? randomInt(2 ** 31))
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3))
  .sort()
const unknown = positionals.filter((name) => !names.includes(name))
if (unknown.length > 0 || !Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error(`usage: npm run soak [-- NAME…] [--count N] [--seed S]; there are ${names.join(', ')}`)
  process.exit(2)
}

console.log(`seed ${seed}, ${count} rounds; the same again with --seed ${seed}`)
let failed = 0
for (const file of positionals.length > 0 ? positionals : names) {
  const started = performance.now()
  const { soak } = (await import(`./${file}.ts`)) as {
    soak: (options: { count: number; seed: number }) => Promise<SoakResult>
  }
  const result = await soak({ count, seed })
  failed += result.failed
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  console.log(
    `${result.failed === 0 ? 'held  ' : 'FAILED'} ${result.name}: ${result.ran} rounds, ${result.failed} failed, ${seconds} s`,
  )
  console.log(`       ${result.detail}`)
}
console.log(failed === 0 ? 'Everything held.' : `${failed} failed; the same again with --seed ${seed}`)
process.exitCode = failed === 0 ? 0 : 1
