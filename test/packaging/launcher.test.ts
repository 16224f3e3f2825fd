import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const source = resolve('bin/atomic.mjs')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atomic launcher '))
  mkdirSync(join(folder, 'bin'))
  cpSync(source, join(folder, 'bin/atomic.mjs'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const clone = (code: string): void => {
  mkdirSync(join(folder, 'app'))
  writeFileSync(join(folder, 'app/cli.ts'), code)
}
const installed = (code: string): void => {
  mkdirSync(join(folder, 'dist/app'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'dist/app/cli.js'), code)
}
const withPlatformNode = (): void => symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))

/** The launcher as a machine with that Node would run it. */
const command = (version: string, ...args: string[]): string[] => [
  '--input-type=module',
  '--eval',
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })
   await import(${JSON.stringify(join(folder, 'bin/atomic.mjs'))})`,
  '--',
  'atomic',
  ...args,
]
const run = (version: string, ...args: string[]) =>
  spawnSync(process.execPath, command(version, ...args), { encoding: 'utf8', cwd: folder })

test('runs the sources of a clone in the same process where the Node is new enough', () => {
  clone('const n: number = 3; console.log(process.pid, process.argv.slice(2).join("|")); process.exitCode = n')
  const direct = spawnSync(process.execPath, ['bin/atomic.mjs', 'a', 'b c'], { encoding: 'utf8', cwd: folder })
  expect(direct).toMatchObject({ status: 3, stdout: `${direct.pid} a|b c\n`, stderr: '' })
})

test('runs the built command line of an installed package', () => {
  installed('console.log("built")')
  expect(run('24.0.0')).toMatchObject({ status: 0, stdout: 'built\n' })
})

test('prefers the sources where both are there', () => {
  installed('console.log("built")')
  clone('console.log("source")')
  expect(run('24.0.0').stdout).toBe('source\n')
})

test('hands over to the platform package’s Node 24 on an older one: arguments, streams, exit code', () => {
  withPlatformNode()
  clone(
    'process.stdin.pipe(process.stdout); console.error(process.version, ...process.argv.slice(2)); process.exitCode = 7',
  )
  const done = spawnSync(process.execPath, command('20.11.1', 'x', 'y z'), {
    encoding: 'utf8',
    cwd: folder,
    input: 'in',
  })
  expect(done.stdout).toBe('in')
  expect(done.stderr).toMatch(/^v24\.\d+\.\d+ x y z\n$/)
  expect(done.status).toBe(7)
})

const startedBy = async (child: ChildProcess): Promise<string> => String((await once(child.stdout!, 'data'))[0])

test('passes a signal on and waits for what the command makes of it', async () => {
  withPlatformNode()
  clone('process.on("SIGTERM", () => process.exit(42)); console.log("up"); setInterval(() => {}, 1000)')
  const child = spawn(process.execPath, command('20.11.1'), { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  await startedBy(child)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([42, null])
})

test('dies of the signal that the command died of', async () => {
  withPlatformNode()
  clone('console.log(process.pid); setInterval(() => {}, 1000)')
  const child = spawn(process.execPath, command('20.11.1'), { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  process.kill(Number(await startedBy(child)), 'SIGKILL')
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
})

test('says so on a Node that is too old', () => {
  clone('')
  const { status, stderr } = run('18.19.0')
  expect(status).toBe(2)
  expect(stderr).toContain('needs Node.js 20 or newer')
  expect(stderr).toContain('18.19.0')
})

test('says which package is missing where Node 24 is not there', () => {
  clone('')
  const { status, stderr } = run('22.1.0')
  expect(status).toBe(2)
  expect(stderr).toMatch(/The package node-\S+ is not installed/)
})

test('says so where there is nothing to start', () => {
  const { status, stderr } = run('24.0.0')
  expect(status).toBe(2)
  expect(stderr).toContain('install the package again')
})

const install = (agent: string) =>
  spawnSync(process.execPath, ['scripts/check-node.cjs'], {
    encoding: 'utf8',
    env: { ...process.env, npm_config_user_agent: agent },
  })

test('an installation under Node 18 stops and says why', () => {
  const { status, stderr } = install('npm/9.8.1 node/v18.19.0 linux x64 workspaces/false')
  expect(status).toBe(1)
  expect(stderr).toContain('Node.js 20 or newer')
  expect(stderr).toContain('v18')
})

test('an installation under Node 20 goes on without a word', () => {
  expect(install('npm/10.2.4 node/v20.11.1 linux x64 workspaces/false')).toMatchObject({ status: 0, stderr: '' })
})
