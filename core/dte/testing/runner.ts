/** How to make one test runner leave a report, without a change to what it runs. */
export interface TestRunner {
  name: string
  /** Is this command line, such as `vitest run --coverage`, one call of this runner? */
  recognises(commandLine: string): boolean
  /** What to add so that it writes a report to `file`; `printed` where it prints the report instead. */
  reporting(file: string): { args: string[]; env?: Record<string, string>; printed?: boolean }
  /** JUnit XML from what it wrote, where that is another format. */
  toJUnit?(report: string): string
  /** How StrykerJS runs this command line by a plugin of its own, which knows what test covers what. */
  stryker?(commandLine: string): StrykerRunner | undefined
}

export interface StrykerRunner {
  /** Its `testRunner`, and the name of the plugin's package: `@stryker-mutator/NAME-runner`. */
  name: string
  /** The runner's own package, which the plugin has to find. */
  needs: string
  options: Record<string, unknown>
}
