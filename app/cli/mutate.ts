import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChangeMutation, mutateChange } from '../../core/dte/mutate-change.ts'
import { testCommand } from '../../core/dte/testing/command.ts'
import type { Tree } from '../../core/dte/tree.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { say } from './io.ts'
import type { WorkingCopy } from './working-copy.ts'

const timeoutMs = 10 * 60_000

/** The change in a working copy put to the test; undefined where there is nothing to make a mutant in. */
export async function mutate({ dir, tree, spec }: WorkingCopy, before: Tree): Promise<ChangeMutation | undefined> {
  const tests = testCommand(dir)
  if (tests === undefined) throw new AtomicError('UNAVAILABLE', `${dir} has no test script in its package.json.`)
  const temp = mkdtempSync(join(tmpdir(), 'atomic-mutation-'))
  const { minScore, maxMutants } = spec.spec.mutation ?? {}
  say('Making mutants of the changed lines; the tests run once for each.')
  try {
    return await mutateChange({
      before,
      after: tree,
      folder: '',
      ...(minScore === undefined ? {} : { threshold: minScore }),
      request: {
        cwd: dir,
        temp,
        tests,
        maxMutants,
        timeoutMs,
        env: process.env,
        show: (chunk) => process.stderr.write(chunk),
      },
    })
  } finally {
    rmSync(temp, { recursive: true, force: true })
  }
}
