import type { LineRange, MutantResult } from '../mutation.ts'

/**
 * Single lines whose mutants together are at most `max`: spread evenly over all the lines that
 * have any, and the same ones every time. At least one line, however many mutants it has.
 */
export function fewerLines(lines: readonly LineRange[], plan: readonly MutantResult[], max: number): LineRange[] {
  const perLine = new Map<string, { path: string; line: number; mutants: number }>()
  for (const { path, from, to } of lines) {
    for (let line = from; line <= to; line++) {
      const own = plan.filter(
        (m) => m.fileName === path && m.location.start.line === line && m.location.end.line === line,
      )
      if (own.length > 0) perLine.set(`${path}:${line}`, { path, line, mutants: own.length })
    }
  }
  const all = [...perLine.values()]
  const total = all.reduce((sum, { mutants }) => sum + mutants, 0)
  const step = Math.max(1, total / max)
  const spread = [...all.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step)), ...all]
  const chosen = new Set<(typeof all)[number]>()
  let count = 0
  for (const line of spread) {
    if (chosen.has(line) || (count + line.mutants > max && chosen.size > 0)) continue
    chosen.add(line)
    count += line.mutants
  }
  return all.filter((line) => chosen.has(line)).map(({ path, line }) => ({ path, from: line, to: line }))
}
