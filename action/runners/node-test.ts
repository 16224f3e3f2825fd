import type { TestRunner } from '../runner.ts'

/** https://nodejs.org/api/test.html#test-reporters; by environment, since options after a file name are the file's. */
export const nodeTest: TestRunner = {
  name: 'node:test',
  recognises: (line) => /^node( --?\S+)* --test\b[^|&;<>]*$/.test(line) && !/--test-reporter/.test(line),
  reporting: (file) => ({
    args: [],
    env: {
      NODE_OPTIONS: [
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        '--test-reporter=junit',
        `--test-reporter-destination=${file}`,
      ].join(' '),
    },
  }),
}
