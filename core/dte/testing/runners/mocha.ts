import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { junitXml } from '../junit.ts'
import type { StrykerRunner, TestRunner } from '../runner.ts'
import { words } from '../words.ts'

const Line = z.object({ suite: z.string(), name: z.string(), seconds: z.number(), failure: z.string().optional() })

const hook = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('./mocha-hook.ts', import.meta.url)
    : new URL('./mocha-hook.js', import.meta.url),
)

const line = /^(npx (--no-install )?)?(nyc )?mocha\b/
/** Options that neither choose tests nor decide results. */
const harmless = /^--(colors?|no-colors?|exit|forbid-only|forbid-pending|bail|reporter=\S+)$/
const taken: Record<string, string> = {
  '-r': 'require',
  '--require': 'require',
  '--spec': 'spec',
  '--config': 'config',
  '--timeout': 'timeout',
  '-t': 'timeout',
  '--ui': 'ui',
  '-u': 'ui',
}

/** https://stryker-mutator.io/docs/stryker-js/mocha-runner/ */
function stryker(commandLine: string): StrykerRunner | undefined {
  const given = words(commandLine.replace(line, ''))
  if (given === undefined) return undefined
  const options: Record<string, unknown> = {}
  const add = (name: string, value: string): void => {
    if (name === 'require' || name === 'spec') options[name] = [...((options[name] as string[]) ?? []), value]
    else options[name] = name === 'timeout' ? Number(value) : value
  }
  for (let i = 0; i < given.length; i++) {
    const word = given[i] ?? ''
    const [name = '', value] = word.split(/=(.*)/s)
    if (!word.startsWith('-')) add('spec', word)
    else if (taken[name] !== undefined) add(taken[name], value ?? given[++i] ?? '')
    else if (!harmless.test(word)) return undefined
  }
  return { name: 'mocha', needs: 'mocha', options: { mochaOptions: options } }
}

/** By a hook of its own, https://mochajs.org/#root-hook-plugins: Mocha has one reporter, and that is the repository's. */
export const mocha: TestRunner = {
  name: 'mocha',
  recognises: (commandLine) => line.test(commandLine) && words(commandLine.replace(line, '')) !== undefined,
  reporting: (file) => ({ args: ['--require', hook], env: { ATOMIC_MOCHA_REPORT: file } }),
  toJUnit(report) {
    const lines = report.split('\n').filter((text) => text.trim() !== '')
    return junitXml(
      lines.map((text) => {
        const { failure, ...test } = Line.parse(JSON.parse(text))
        return { ...test, ...(failure === undefined ? {} : { failure }) }
      }),
    )
  },
  stryker,
}
