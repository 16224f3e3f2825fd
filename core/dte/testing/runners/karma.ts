import type { StrykerRunner, TestRunner } from '../runner.ts'
import { words } from '../words.ts'

const line = /^(npx (--no-install )?)?karma start\b/
/** StrykerJS runs once by itself, and reports by itself. */
const harmless = /^--(single-run|no-auto-watch|no-colors|colors|reporters=\S+|log-level=\S+)$/
const usual = 'karma.conf.js'

/** https://stryker-mutator.io/docs/stryker-js/karma-runner/ */
function stryker(commandLine: string): StrykerRunner | undefined {
  const given = words(commandLine.replace(line, ''))
  if (given === undefined) return undefined
  let configFile: string | undefined
  const config: Record<string, unknown> = {}
  for (const word of given) {
    const browsers = /^--browsers=(\S+)$/.exec(word)?.[1]
    if (browsers !== undefined) config.browsers = browsers.split(',')
    else if (!word.startsWith('-') && configFile === undefined) configFile = word
    else if (!harmless.test(word)) return undefined
  }
  return {
    name: 'karma',
    needs: 'karma',
    options: { karma: { projectType: 'custom', configFile: configFile ?? usual, config } },
  }
}

/** https://karma-runner.github.io/6.4/config/configuration-file.html. It has no report that a file would take, so there is its exit code alone. */
export const karma: TestRunner = {
  name: 'karma',
  recognises: (commandLine) => line.test(commandLine),
  reporting: () => ({ args: [], printed: true }),
  stryker,
}
