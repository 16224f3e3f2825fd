import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derive } from '../../../../core/dte/engine.ts'
import { textOf, treeFromFiles } from '../../../../core/dte/tree.ts'
import { isAtomicError } from '../../../../core/platform/errors.ts'
import { specOf } from '../derived.ts'
import { expected, generate, names, texts } from './scopes.ts'

/** `path@LINE:COL` of the only token that reads `marker`. */
function locate(files: Record<string, string>, marker: string): string {
  for (const [path, text] of Object.entries(files)) {
    const at = text.search(new RegExp(`\\b${marker}\\b`))
    if (at === -1) continue
    // What is written out beside the marker is one shorthand in the program itself.
    const before = text
      .slice(0, at)
      .replace(/(\{ )\w: $/, '$1')
      .split('\n')
    return `${path}@${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
  }
  throw new Error('no marker')
}

test('generated programs: never a silent capture, never a refusal without a reason', () => {
  let collisions = 0
  let renames = 0
  const stream = fc.array(fc.nat(59), { minLength: 40, maxLength: 120 })
  fc.assert(
    fc.property(stream, fc.nat(1000), fc.nat(3), (numbers, which, toIndex) => {
      let at = 0
      const program = generate((n) => (numbers[at++ % numbers.length] as number) % n)
      const own = program.decls.filter((d) => d.kind !== 'import')
      const target = own[which % Math.max(1, own.length)]
      if (target === undefined) return
      const to = names[toIndex] as string
      if (to === target.name) return
      const files = texts(program)
      const symbol = locate(
        texts(program, (d) => (d === target ? 'MARKER' : d.name)),
        'MARKER',
      )
      const spec = specOf({ op: 'renameSymbol', symbol, to })
      const want = expected(program, target, to)
      let got: Record<string, string> | string
      try {
        got = Object.fromEntries(
          [...derive(spec, spec, treeFromFiles(files)).tree].map(([p, e]) => [p, textOf(e) as string]),
        )
      } catch (error) {
        if (!isAtomicError(error, 'NAME_COLLISION')) throw error
        got = 'collision'
      }
      if (want === 'collision') collisions++
      else renames++
      expect(got, JSON.stringify({ symbol, to, files }, null, 1)).toEqual(want)
    }),
    { seed: 3, numRuns: Number(process.env.ATOMIC_PROPERTY_RUNS ?? 400) },
  )
  expect(collisions).toBeGreaterThan(50)
  expect(renames).toBeGreaterThan(50)
})
