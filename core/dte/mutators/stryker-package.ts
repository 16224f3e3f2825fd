import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { AtomicError } from '../../platform/errors.ts'
import type { MutationRequest } from '../mutation.ts'
import { npmInstall } from '../testing/npm-install.ts'
import type { StrykerRunner } from '../testing/runner.ts'

/** The releases that are installed where the repository brings none. */
export const pinnedStryker = {
  '@stryker-mutator/core': '10.1.1',
  '@stryker-mutator/vitest-runner': '10.1.1',
  '@stryker-mutator/jest-runner': '10.0.0',
  '@stryker-mutator/mocha-runner': '10.0.0',
  '@stryker-mutator/karma-runner': '10.0.0',
  '@stryker-mutator/typescript-checker': '10.1.1',
} as const
const pinnedTypeScript = '6.0.3'
type Release = keyof typeof pinnedStryker

export interface StrykerPackage {
  /** Absolute path of its command line program. */
  program: string
  /** Absolute paths of its plugins. */
  plugins: string[]
  /** How the tests are run; by their command where it is absent. */
  runner?: StrykerRunner
  /** Mutants that do not compile are told by the type checker. */
  checked: boolean
}

export interface Wanted {
  runner?: StrykerRunner
  checked: boolean
}

/** Absolute path of a package's folder, as code in another folder finds it. */
function folderOf(name: string, from: string): string | undefined {
  try {
    return dirname(createRequire(join(from, 'noop.js')).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

/** The plugins that are wanted, each with the package of the repository that it works on. */
const pluginsOf = ({ runner, checked }: Wanted): { name: Release; needs: string }[] => [
  ...(runner === undefined ? [] : [{ name: `@stryker-mutator/${runner.name}-runner` as Release, needs: runner.needs }]),
  ...(checked ? [{ name: '@stryker-mutator/typescript-checker' as const, needs: 'typescript' }] : []),
]

/** All that is wanted, as code in a folder finds it; a plugin must find the same packages as the repository does. */
function locate(from: string, cwd: string, wanted: Wanted): StrykerPackage | undefined {
  const core = folderOf('@stryker-mutator/core', from)
  if (core === undefined) return undefined
  const real = (path: string | undefined): string | undefined => (path === undefined ? undefined : realpathSync(path))
  const plugins: string[] = []
  for (const { name, needs } of pluginsOf(wanted)) {
    const folder = folderOf(name, from)
    if (folder === undefined || real(folderOf(needs, folder)) !== real(folderOf(needs, cwd))) return undefined
    plugins.push(join(folder, 'dist/src/index.js'))
  }
  return { program: join(core, 'bin/stryker.js'), plugins, ...wanted }
}

/** The `node_modules` from which the repository has a package, if any: what is installed in it finds that one, too. */
function modulesWith(name: string, cwd: string): string | undefined {
  for (let at = cwd; dirname(at) !== at; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules', name, 'package.json'))) return join(at, 'node_modules')
  }
  return undefined
}

async function install(request: MutationRequest, wanted: Wanted): Promise<StrykerPackage | { why: string }> {
  const { cwd, temp, env, show } = request
  const plugins = pluginsOf(wanted)
  // StrykerJS itself reads tsconfig files by TypeScript, which it does not bring.
  const modules = modulesWith(plugins[0]?.needs ?? 'typescript', cwd)
  const folder = modules === undefined ? join(temp, 'stryker') : join(modules, '.atomic-stryker')
  const found = locate(folder, cwd, wanted)
  if (found !== undefined) return found
  const names: Release[] = ['@stryker-mutator/core', ...plugins.map(({ name }) => name)]
  const releases = [
    ...names.map((name) => `${name}@${pinnedStryker[name]}` as const),
    ...(modulesWith('typescript', cwd) === undefined ? [`typescript@${pinnedTypeScript}` as const] : []),
  ]
  let why: string | undefined
  try {
    mkdirSync(folder, { recursive: true })
    why = await npmInstall(releases, { folder, env, show })
  } catch (cause) {
    // No npm, or nowhere to write.
    why = cause instanceof Error ? cause.message : String(cause)
  }
  return locate(folder, cwd, wanted) ?? { why: why ?? 'it is not where it was put' }
}

/**
 * StrykerJS with what is wanted, as the repository has it, else as Atomic brings it, else installed;
 * with less than that where it cannot be had.
 * @throws AtomicError `UNAVAILABLE` where there is no StrykerJS at all.
 */
export async function strykerFor(request: MutationRequest, wanted: Wanted): Promise<StrykerPackage> {
  const { cwd } = request
  const here = (what: Wanted) => locate(cwd, cwd, what) ?? locate(import.meta.dirname, cwd, what)
  const there = here(wanted)
  if (there !== undefined) return there
  const installed = await install(request, wanted)
  if (!('why' in installed)) return installed
  const found = here({ ...wanted, checked: false }) ?? here({ checked: false })
  if (found !== undefined) return found
  throw new AtomicError(
    'UNAVAILABLE',
    `@stryker-mutator/core ${pinnedStryker['@stryker-mutator/core']} cannot be installed (${installed.why}); add it to the repository’s devDependencies.`,
  )
}
