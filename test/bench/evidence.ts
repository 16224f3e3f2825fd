import type { Figures } from './evidence/figures.ts'
import { overHttp } from './evidence/http.ts'
import { large } from './evidence/large.ts'
import { inProcess } from './evidence/log.ts'
import type { BenchResult } from './run.ts'

/** All parts, or those that `ATOMIC_BENCH_PARTS` names: http, log, large. */
export async function bench(): Promise<BenchResult> {
  const parts = { http: overHttp, log: inProcess, large }
  const asked = process.env.ATOMIC_BENCH_PARTS?.split(',') ?? Object.keys(parts)
  const figures: Figures = {}
  for (const [name, part] of Object.entries(parts)) if (asked.includes(name)) Object.assign(figures, await part())
  return { name: 'Evidence', figures }
}
