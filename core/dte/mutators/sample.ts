import type { MutantResult } from '../mutation.ts'

type Candidate = Pick<MutantResult, 'id' | 'fileName' | 'mutatorName' | 'location'>

/** One of each mutator first, so that few mutants of a line still differ in kind. */
function varied<T extends Candidate>(line: readonly T[]): T[] {
  const seen = new Map<string, number>()
  const ranked = line.map((mutant) => {
    const rank = seen.get(mutant.mutatorName) ?? 0
    seen.set(mutant.mutatorName, rank + 1)
    return { mutant, rank }
  })
  return ranked.sort((a, b) => a.rank - b.rank).map(({ mutant }) => mutant)
}

/** `count` of them, evenly spread. */
const spread = <T>(all: readonly T[], count: number): T[] =>
  count >= all.length
    ? [...all]
    : Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as T)

/**
 * At most `perLine` mutants of a line and `max` in all, spread over all the lines that have any;
 * the same ones every time.
 */
export function chosen<T extends Candidate>(
  mutants: readonly T[],
  { max, perLine }: { max: number; perLine: number },
): T[] {
  const lines = [...Map.groupBy(mutants, (m) => `${m.fileName}:${m.location.start.line}`).values()].map(varied)
  const found = new Set<T>()
  for (let rank = 0; rank < perLine && found.size < max; rank++) {
    const next = lines.flatMap((line) => line[rank] ?? [])
    for (const mutant of spread(next, max - found.size)) found.add(mutant)
  }
  return mutants.filter((mutant) => found.has(mutant))
}
