import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { AtomicError } from '../../platform/errors.ts'
import type { MutationRequest } from '../mutation.ts'
import { runChild, withoutSecrets } from '../testing/child.ts'

/** The release that is installed where the repository brings none. */
const pinned = '10.1.1'

export interface StrykerPackage {
  /** Absolute path of its command line program. */
  program: string
  /** Absolute path of the runner for Vitest, where it stands beside. */
  vitestRunner?: string
}

/** A file of a package, as code in that folder would find it; undefined where it finds none. */
function find(from: string, name: string, file: string): string | undefined {
  try {
    return join(dirname(createRequire(join(from, 'noop.js')).resolve(`${name}/package.json`)), file)
  } catch {
    return undefined
  }
}

function locate(from: string): StrykerPackage | undefined {
  const program = find(from, '@stryker-mutator/core', 'bin/stryker.js')
  if (program === undefined || !existsSync(program)) return undefined
  const vitestRunner = find(from, '@stryker-mutator/vitest-runner', 'dist/src/index.js')
  return { program, ...(vitestRunner === undefined ? {} : { vitestRunner }) }
}

async function install({ temp, env, show }: MutationRequest): Promise<StrykerPackage> {
  const folder = join(temp, 'stryker')
  const { exitCode } = await runChild(
    [
      ...(process.platform === 'win32' ? (['npm.cmd'] as const) : (['npm'] as const)),
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      `@stryker-mutator/core@${pinned}`,
    ],
    { cwd: temp, env: withoutSecrets(env), limits: { timeoutMs: 300_000, shown: 65_536 }, show },
  )
  const found = exitCode === 0 ? locate(folder) : undefined
  if (found === undefined) {
    throw new AtomicError(
      'UNAVAILABLE',
      `@stryker-mutator/core ${pinned} cannot be installed; add it to the repository’s devDependencies.`,
    )
  }
  return found
}

/** StrykerJS as the repository has it, else as Atomic brings it, else installed for this run. */
export async function strykerFor(request: MutationRequest): Promise<StrykerPackage> {
  return locate(request.cwd) ?? locate(import.meta.dirname) ?? (await install(request))
}
