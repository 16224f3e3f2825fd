import { appendFileSync } from 'node:fs'

/** Loaded by Mocha, in its own process: notes each test that ended as a line of JSON. https://mochajs.org/#root-hook-plugins */

interface MochaTest {
  title: string
  state?: string
  duration?: number
  err?: { stack?: string }
  parent?: { fullTitle(): string }
}

export const mochaHooks = {
  afterEach(this: { currentTest?: MochaTest }): void {
    const test = this.currentTest
    const file = process.env.ATOMIC_MOCHA_REPORT
    if (file === undefined || test === undefined) return
    const line = {
      suite: test.parent?.fullTitle() || 'mocha',
      name: test.title,
      seconds: (test.duration ?? 0) / 1000,
      ...(test.state === 'failed' ? { failure: test.err?.stack ?? 'failed' } : {}),
    }
    appendFileSync(file, `${JSON.stringify(line)}\n`)
  },
}
