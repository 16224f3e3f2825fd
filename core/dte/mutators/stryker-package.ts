import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { AtomicError } from '../../platform/errors.ts'
import type { MutationRequest } from '../mutation.ts'
import { npmInstall } from '../testing/npm-install.ts'

/** The release that is installed where the repository brings none. */
export const pinnedStryker = '10.1.1'

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
  mkdirSync(folder, { recursive: true })
  const done = await npmInstall(`@stryker-mutator/core@${pinnedStryker}`, { folder, env, show }).catch(() => false)
  const found = done ? locate(folder) : undefined
  if (found === undefined) {
    throw new AtomicError(
      'UNAVAILABLE',
      `@stryker-mutator/core ${pinnedStryker} cannot be installed; add it to the repository’s devDependencies.`,
    )
  }
  return found
}

/** StrykerJS as the repository has it, else as Atomic brings it, else installed for this run. */
export async function strykerFor(request: MutationRequest): Promise<StrykerPackage> {
  return locate(request.cwd) ?? locate(import.meta.dirname) ?? (await install(request))
}
