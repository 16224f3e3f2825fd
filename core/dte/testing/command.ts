import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestRunner } from './runner.ts'
import { runners } from './runners/index.ts'

/** How the tests of a repository are run, and what runs them, where that can be told. */
export interface TestCommand {
  command: string
  /** What it runs: the script of package.json where it names one, else the command. */
  line: string
  runner?: TestRunner
  /** The command, made to leave a report in `file`; the same command where no runner was recognised. */
  reporting(file: string): { command: string; env: Record<string, string>; printed: boolean }
}

/** What `npm init` writes where there are no tests. */
const placeholder = /no test specified/

const lockFiles: [string, string][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun run'],
  ['bun.lockb', 'bun run'],
]

function readScripts(dir: string): Record<string, string> {
  try {
    const { scripts } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as {
      scripts?: Record<string, string>
    }
    return scripts ?? {}
  } catch {
    return {}
  }
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

function fromCommand(command: string, scripts: Record<string, string>): TestCommand {
  const script = /^(npm|pnpm|yarn|bun)( run)? ([\w:.-]+)$/.exec(command.trim())
  const line = (script === null ? command : (scripts[script[3] ?? ''] ?? '')).trim()
  const runner = runners.find((one) => one.recognises(line))
  if (runner === undefined) return { command, line, reporting: () => ({ command, env: {}, printed: true }) }
  return {
    command,
    line,
    runner,
    reporting(file) {
      const { args, env = {}, printed = false } = runner.reporting(file)
      // npm keeps options for itself up to `--`; the others pass on what follows the script's name.
      const separator = script?.[1] === 'npm' && args.length > 0 ? ['--'] : []
      return { command: [command.trim(), ...separator, ...args.map(quoted)].join(' '), env, printed }
    },
  }
}

/**
 * The given command, else the `test` script of the folder's package.json with the package manager
 * of its lock file; undefined where there are no tests.
 */
export function testCommand(dir: string, given?: string): TestCommand | undefined {
  const scripts = readScripts(dir)
  if (given !== undefined) return fromCommand(given, scripts)
  if (scripts.test === undefined || placeholder.test(scripts.test)) return undefined
  const manager = lockFiles.find(([file]) => existsSync(join(dir, file)))?.[1] ?? 'npm'
  return fromCommand(`${manager} test`, scripts)
}
