import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Files } from './projects.ts'

const vitest = createRequire(import.meta.url).resolve('vitest/package.json')
const config = new URL('../../../demo/project/vitest.config.ts', import.meta.url)

interface Report {
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[]
}

/** zod's own tests on a state of its sources: how each ended, by its name. */
export function ownTests(files: Files): Map<string, string> {
  const root = mkdtempSync(join(tmpdir(), 'atomic-own-tests-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    copyFileSync(config, join(root, 'vitest.config.ts'))
    symlinkSync(dirname(dirname(vitest)), join(root, 'node_modules'))
    const args = ['run', '--project', 'shared', '--reporter', 'json', '--outputFile', join(root, 'report.json')]
    const { stderr } = spawnSync(process.execPath, [join(dirname(vitest), 'vitest.mjs'), ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, VITEST: undefined },
    })
    let report: Report
    try {
      report = JSON.parse(readFileSync(join(root, 'report.json'), 'utf8')) as Report
    } catch (cause) {
      throw new Error(`zod's tests gave no report: ${stderr.slice(-2_000)}`, { cause })
    }
    const results = new Map<string, string>()
    // A test file may have moved: its tests are told apart by their names, those of one name by their order.
    for (const { name, status, assertionResults } of report.testResults) {
      if (assertionResults.length === 0) results.set(`${name.slice(root.length)}`, status)
      for (const one of assertionResults) {
        let key = one.fullName
        for (let n = 2; results.has(key); n++) key = `${one.fullName} (${n})`
        results.set(key, one.status)
      }
    }
    return results
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
