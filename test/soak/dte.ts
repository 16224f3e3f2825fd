import { result } from '../core/dte/derived.ts'
import { numbers } from '../core/dte/real/numbers.ts'
import { ownTests } from '../core/dte/real/own-tests.ts'
import { type Files, type RealProject, readFiles, realProjects, zodWithTests } from '../core/dte/real/projects.ts'
import { RealTrials, type Trial } from '../core/dte/real/trial.ts'
import type { SoakResult } from './run.ts'

/**
 * `count` seeded renames and two fifths as many moves in each of three real projects, each beside the compiler's own
 * language service: no type error may come that the base lacks, and no refusal that the service's result does not
 * justify. zod's own tests run on the results that reach farthest. ATOMIC_SOAK_PROJECT takes one of them, or a folder
 * of yours instead.
 */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const own = process.env.ATOMIC_SOAK_PROJECT
  const known = realProjects().filter(({ name }) => own === undefined || own === name)
  const projects: RealProject[] =
    own === undefined || known.length > 0 ? known : [{ name: own, files: readFiles(own, '.', /\.([cm]?tsx?|json)$/) }]
  const faults: string[] = []
  const sums: Record<string, number> = {}
  let ran = 0
  for (const project of projects) {
    using trials = new RealTrials(project)
    const pick = numbers(seed)
    const made: Trial[] = []
    const judge = (kind: string, trial: Trial): void => {
      ran++
      const key = `${kind} ${trial.outcome}${trial.code === undefined ? '' : ` ${trial.code}`}`
      sums[key] = (sums[key] ?? 0) + 1
      if (process.env.ATOMIC_SOAK_VERBOSE !== undefined) console.log(key, trial.what)
      if (trial.files !== undefined) made.push(trial)
      if (trial.fresh.length > 0) faults.push(`${trial.what}: ${trial.fresh.slice(0, 2).join(' | ')}`)
      if (trial.unjustified !== undefined) faults.push(`${trial.what}: refused, ${trial.unjustified}`)
    }
    for (let i = 0; i < count; i++) judge('rename', trials.rename(pick))
    for (let i = 0; i < Math.ceil(count * 0.4); i++) judge('move', trials.move(pick))
    if (project.name === 'zod') faults.push(...sameTests(project.files, made, sums))
  }
  const counted = Object.entries(sums)
    .sort()
    .map(([key, n]) => `${n} ${key}`)
    .join(', ')
  return {
    name: `renames and moves in ${projects.map((p) => p.name).join(', ')}, beside the language service`,
    ran,
    failed: faults.length,
    detail: [counted, ...faults.slice(0, 40)].join('\n       '),
  }
}

/** zod brings its tests along: on the results that touch most files each must end as it did before. */
function sameTests(base: Files, made: readonly Trial[], sums: Record<string, number>): string[] {
  const reach = ({ files = {} }: Trial): number =>
    Object.keys({ ...base, ...files }).filter((path) => base[path] !== files[path]).length
  const farthest = (op: Trial['operation']['op']): Trial[] =>
    made
      .filter(({ operation }) => operation.op === op)
      .sort((a, b) => reach(b) - reach(a))
      .slice(0, 2)
  const whole = zodWithTests().files
  const before = ownTests(whole)
  sums['tests of zod'] = before.size
  return [...farthest('renameSymbol'), ...farthest('moveModule')].flatMap(({ what, operation }) => {
    const after = ownTests(result(whole, operation))
    sums['results on which zod’s tests ran'] = (sums['results on which zod’s tests ran'] ?? 0) + 1
    const other = [...before].filter(([name, status]) => after.get(name) !== status)
    const told = other.slice(0, 3).map(([name, was]) => `${name}: ${was}, then ${after.get(name)}`)
    return other.length === 0 && after.size === before.size ? [] : [`${what}: its tests end otherwise: ${told}`]
  })
}
