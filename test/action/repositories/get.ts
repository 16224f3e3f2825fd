import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenSource } from './index.ts'

const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
const run = (cwd: string, program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 900_000 })

/** A release as npm has it; refused where its bytes are not the pinned ones. */
function fromNpm(folder: string, release: string, integrity: string): string {
  const [packed] = JSON.parse(run(folder, 'npm', 'pack', '--json', '--loglevel=error', release)) as {
    filename: string
    integrity: string
  }[]
  if (packed?.integrity !== integrity) throw new Error(`${release} is ${packed?.integrity}, not ${integrity}`)
  run(folder, 'tar', 'xzf', packed.filename)
  return join(folder, 'package')
}

/** A commit, by its id: git itself refuses other bytes. */
function fromGit(folder: string, address: string, commit: string): string {
  const dir = join(folder, 'repository')
  mkdirSync(dir)
  run(dir, 'git', 'init', '--quiet')
  run(dir, 'git', 'fetch', '--quiet', '--depth=1', address, commit)
  run(dir, 'git', 'checkout', '--quiet', 'FETCH_HEAD')
  return dir
}

/** The files of a repository, and a folder with the `node_modules` that its tests need. */
export function getRepository(one: OpenSource, folder: string): { files: Record<string, string>; modules: string } {
  mkdirSync(folder, { recursive: true })
  const { source } = one
  const dir =
    'npm' in source ? fromNpm(folder, source.npm, source.integrity) : fromGit(folder, source.git, source.commit)
  const paths = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .filter((path) => one.take.test(path))
  const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(dir, path), 'utf8')]))
  const modules = join(folder, 'modules')
  mkdirSync(modules)
  writeFileSync(join(modules, 'package.json'), '{"private":true}')
  run(modules, 'npm', 'install', '--no-save', ...quiet, ...one.install)
  return { files: { ...files, ...one.add }, modules: join(modules, 'node_modules') }
}
