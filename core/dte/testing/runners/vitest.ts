import type { TestRunner } from '../runner.ts'

/** https://vitest.dev/guide/reporters.html#junit-reporter */
export const vitest: TestRunner = {
  name: 'vitest',
  recognises: (line) =>
    /^(npx (--no-install )?)?vitest( (run|--?\S+|[\w./-]+))*$/.test(line) && !/--reporter/.test(line),
  reporting: (file) => ({ args: ['--reporter=default', '--reporter=junit', `--outputFile.junit=${file}`] }),
}
