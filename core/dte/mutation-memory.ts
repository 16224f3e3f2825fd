import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalDigest } from '../platform/canonical.ts'
import { isTestFile } from './changed-lines.ts'
import type { MutationRequest, MutationRun } from './mutation.ts'
import type { Tree } from './tree.ts'

/**
 * What is kept between two runs. The same tree, lines and settings: the whole result. The same tree
 * but for the mutated files and the tests: what the engine left, which compares those by itself.
 */
export interface MutationMemory {
  recall(): MutationRun | undefined
  remember(run: MutationRun): void
  /** For the engine's own. */
  folder: string
}

type Kept = Omit<MutationRun, 'tests' | 'run' | 'html'> & { tests: [string, string][] }

const entries = (tree: Tree, keep: (path: string) => boolean): string[] =>
  [...tree]
    .filter(([path]) => keep(path))
    .map(([path, { mode, oid }]) => `${mode} ${oid} ${path}`)
    .sort()

/** @param folder of the project in the tree, `` for its root */
export function openMemory(
  root: string,
  tree: Tree,
  folder: string,
  request: Pick<MutationRequest, 'lines' | 'tests' | 'maxMutants' | 'maxPerLine'>,
): MutationMemory {
  const { lines, tests, maxMutants, maxPerLine } = request
  // What is kept is of this form.
  const how = { form: 2, command: tests.command, line: tests.line, maxMutants, maxPerLine, node: process.version }
  const mutated = new Set(lines.map(({ path }) => (folder === '' ? path : `${folder}/${path}`)))
  const key = canonicalDigest({ ...how, lines, tree: entries(tree, () => true) })
  const rest = entries(tree, (path) => !mutated.has(path) && !isTestFile(path))
  const around = canonicalDigest({ ...how, tree: rest }).slice('sha256:'.length, 'sha256:'.length + 16)
  const whole = join(root, 'whole.json')
  const html = join(root, 'mutation.html')
  return {
    folder: join(root, around),
    recall() {
      try {
        const kept = JSON.parse(readFileSync(whole, 'utf8')) as { key: string; run: Kept }
        if (kept.key !== key) return undefined
        return {
          ...kept.run,
          tests: new Map(kept.run.tests),
          run: { exitCode: 0, durationMs: 0, tail: '' },
          ...(existsSync(html) ? { html } : {}),
        }
      } catch {
        // Nothing was kept, or it is from another release.
        return undefined
      }
    },
    remember(done) {
      if (done.partial) return
      mkdirSync(root, { recursive: true })
      const { run: _run, html: page, tests: names, ...rest } = done
      if (page !== undefined) copyFileSync(page, html)
      writeFileSync(whole, JSON.stringify({ key, run: { ...rest, tests: [...names] } }))
      for (const name of readdirSync(root, { withFileTypes: true })) {
        if (name.isDirectory() && name.name !== around) rmSync(join(root, name.name), { recursive: true, force: true })
      }
    },
  }
}
