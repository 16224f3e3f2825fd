import type { TestRunner } from '../runner.ts'

/** https://nodejs.org/api/test.html#test-reporters; by environment, since options after a file name are the file's. */
export const nodeTest: TestRunner = {
  name: 'node:test',
  recognises: (line) => /^node( --?\S+)* --test\b[^|&;<>]*$/.test(line) && !/--test-reporter/.test(line),
  reporting: (file) => ({
    args: [],
    env: {
      // A report beside what is printed; quoted, since the folder's name may hold a space.
      NODE_OPTIONS: [
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        '--test-reporter=junit',
        JSON.stringify(`--test-reporter-destination=${file}`),
      ].join(' '),
    },
  }),
}
