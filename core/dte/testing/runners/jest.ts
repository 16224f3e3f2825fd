import { z } from 'zod'
import { type JUnitCase, junitXml } from '../junit.ts'
import type { TestRunner } from '../runner.ts'

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

export const jest: TestRunner = {
  name: 'jest',
  recognises: (line) =>
    /^(npx (--no-install )?)?jest( (--?\S+|[\w./-]+))*$/.test(line) && !/--(json|outputFile)/.test(line),
  reporting: (file) => ({ args: ['--json', `--outputFile=${file}`] }),
  toJUnit: (report) => junitXml(Report.parse(JSON.parse(report)).testResults.flatMap(cases)),
}
