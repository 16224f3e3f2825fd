import type { StrykerRunner, TestRunner } from '../runner.ts'
import { words } from '../words.ts'

/** Options that neither choose tests nor decide results. */
const harmless =
  /^(run|--run|--coverage(=\S+)?|--passWithNoTests|--no-color|--silent|--bail=\d+|--no-watch|--watch=false)$/

/** https://stryker-mutator.io/docs/stryker-js/vitest-runner/ */
function stryker(commandLine: string): StrykerRunner | undefined {
  const given = words(commandLine.replace(/^(npx (--no-install )?)?vitest\b/, ''))
  if (given === undefined) return undefined
  const options: Record<string, unknown> = { related: true }
  for (let i = 0; i < given.length; i++) {
    const [name = '', value] = (given[i] ?? '').split(/=(.*)/s)
    if (name === '--config' || name === '-c') options.configFile = value ?? given[++i]
    else if (name === '--dir') options.dir = value ?? given[++i]
    else if (!harmless.test(given[i] ?? '')) return undefined
  }
  return { name: 'vitest', needs: 'vitest', options: { vitest: options } }
}

/** https://vitest.dev/guide/reporters.html#junit-reporter */
export const vitest: TestRunner = {
  name: 'vitest',
  recognises: (line) =>
    /^(npx (--no-install )?)?vitest( (run|--?\S+|[\w./-]+))*$/.test(line) && !/--reporter/.test(line),
  stryker,
  reporting: (file) => ({ args: ['--reporter=default', '--reporter=junit', `--outputFile.junit=${file}`] }),
}
