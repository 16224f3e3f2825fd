import type { TestRunner } from '../runner.ts'
import { junitFromTap } from '../tap.ts'

/** https://github.com/avajs/ava/blob/main/docs/05-command-line.md */
export const ava: TestRunner = {
  name: 'ava',
  recognises: (line) => /^(npx (--no-install )?)?ava( (--?\S+|[\w./*'"-]+))*$/.test(line) && !/--tap|-t\b/.test(line),
  reporting: () => ({ args: ['--tap'], printed: true }),
  toJUnit: junitFromTap,
}
