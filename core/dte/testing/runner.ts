/** How to make one test runner leave a JUnit report, without a change to what it runs. */
export interface TestRunner {
  name: string
  /** Is this command line, such as `vitest run --coverage`, one call of this runner? */
  recognises(commandLine: string): boolean
  /** What to add so that it writes a report to `file`. */
  reporting(file: string): { args: string[]; env?: Record<string, string> }
  /** JUnit XML from what it wrote, where that is another format. */
  toJUnit?(report: string): string
}
