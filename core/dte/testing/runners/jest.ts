import { z } from 'zod'
import { type JUnitCase, junitXml } from '../junit.ts'
import type { StrykerRunner, TestRunner } from '../runner.ts'
import { words } from '../words.ts'

/** https://jestjs.io/docs/cli#--json */
const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          title: z.string(),
          ancestorTitles: z.array(z.string()),
          status: z.string(),
          duration: z.number().nullish(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
})

function cases(file: z.infer<typeof Report>['testResults'][number]): JUnitCase[] {
  if (file.assertionResults.length === 0 && file.status === 'failed') {
    return [{ suite: file.name, name: 'the file loads', seconds: 0, failure: file.message ?? 'failed' }]
  }
  return file.assertionResults.map((test) => ({
    suite: file.name,
    name: [...test.ancestorTitles, test.title].join(' › '),
    seconds: (test.duration ?? 0) / 1000,
    ...(test.status === 'failed' ? { failure: test.failureMessages?.join('\n') || 'failed' } : {}),
    ...(test.status === 'passed' || test.status === 'failed' ? {} : { skipped: true }),
  }))
}

/** Options that neither choose tests nor decide results. */
const harmless =
  /^(--ci|--coverage(=\S+)?|--verbose|--runInBand|-i|--no-cache|--silent|--passWithNoTests|--colors|--maxWorkers=\S+|-w=\S+|--forceExit|--detectOpenHandles|--logHeapUsage)$/

/** https://stryker-mutator.io/docs/stryker-js/jest-runner/ */
function stryker(commandLine: string): StrykerRunner | undefined {
  const given = words(commandLine.replace(/^(npx (--no-install )?)?jest\b/, ''))
  if (given === undefined) return undefined
  const options: Record<string, unknown> = {}
  for (let i = 0; i < given.length; i++) {
    const [name = '', value] = (given[i] ?? '').split(/=(.*)/s)
    if (name === '--config' || name === '-c') options.configFile = value ?? given[++i]
    else if (!harmless.test(given[i] ?? '')) return undefined
  }
  return { name: 'jest', needs: 'jest', options: { jest: options } }
}

export const jest: TestRunner = {
  name: 'jest',
  recognises: (line) =>
    /^(npx (--no-install )?)?jest( (--?\S+|[\w./-]+))*$/.test(line) && !/--(json|outputFile)/.test(line),
  reporting: (file) => ({ args: ['--json', `--outputFile=${file}`] }),
  stryker,
  toJUnit: (report) => junitXml(Report.parse(JSON.parse(report)).testResults.flatMap(cases)),
}
