import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let elsewhere: string
let installed: string

/** Every package that an installation without devDependencies has, as the lock file says. */
function productionPackages(): string[] {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>
  }
  return Object.keys(packages).filter((path) => {
    const { dev, devOptional } = packages[path]!
    return path.lastIndexOf('node_modules/') === 0 && dev !== true && devOptional !== true && existsSync(path)
  })
}

beforeAll(() => {
  elsewhere = mkdtempSync(join(tmpdir(), 'atomic elsewhere '))
  execFileSync('npm', ['pack', '--silent', '--pack-destination', elsewhere], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [file] = readdirSync(elsewhere)
  installed = join(elsewhere, 'node_modules/atomic')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', join(elsewhere, file!), '--strip-components=1', '-C', installed])
  for (const path of productionPackages()) {
    mkdirSync(dirname(join(elsewhere, path)), { recursive: true })
    symlinkSync(resolve(path), join(elsewhere, path))
  }
}, 240_000)
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }))

const atomic = (args: string[], input = '') =>
  spawnSync(process.execPath, [join(installed, 'bin/atomic.mjs'), ...args], { cwd: elsewhere, encoding: 'utf8', input })

test('the packed file holds what it needs and no sources', () => {
  for (const path of [
    'bin/atomic.mjs',
    'dist/app/cli.js',
    'dist/core/index.d.ts',
    'scripts/check-node.cjs',
    'action.yml',
    'LICENSE',
  ]) {
    expect(existsSync(join(installed, path)), path).toBe(true)
  }
  const all = readdirSync(installed, { recursive: true }).map(String)
  expect(all.filter((path) => /(?<!\.d)\.ts$/.test(path) && !path.includes('test/demo/project'))).toEqual([])
})

test('installed elsewhere, it lists its commands', () => {
  const { status, stdout, stderr } = atomic(['--help'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  for (const command of ['serve', 'plan', 'apply', 'verify', 'redact', 'parse-comment', 'verify-pack']) {
    expect(stdout).toMatch(new RegExp(`^ +${command}\\b`, 'm'))
  }
})

test('installed elsewhere, it reads the commands of a comment', () => {
  const { status, stdout } = atomic(['parse-comment', '--json'], 'Looks good.\n\n/atomic approve plan\n')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toEqual({ kind: 'commands', commands: [{ verb: 'approve', checkpoint: 'plan' }] })
})

test('installed elsewhere, it redacts', () => {
  const { status, stdout } = atomic(['redact'], 'token = ghp_0123456789abcdefghijABCDEFGHIJ012345\n')
  expect(status).toBe(0)
  expect(stdout).not.toContain('ghp_0123456789')
  expect(stdout).toContain('token = ')
})

test('installed elsewhere, it previews a change', () => {
  const spec = {
    version: 1,
    title: 'T',
    risk: 'low',
    operations: [{ op: 'renameSymbol', symbol: 'a.ts#one', to: 'two' }],
  }
  const dir = join(elsewhere, 'project')
  mkdirSync(dir)
  execFileSync('sh', ['-c', 'printf "export const one = 1\\n" > a.ts; cat > change.json'], {
    cwd: dir,
    input: JSON.stringify(spec),
  })
  const { status, stdout, stderr } = atomic(['plan', join(dir, 'change.json'), '--repo', dir, '--json'])
  expect({ status, stderr }).toMatchObject({ status: 0 })
  expect(JSON.parse(stdout)).toMatchObject({ files: { 'a.ts': 'export const two = 1\n' } })
})

test('its library answers without a server', () => {
  const code = `import { redact } from 'atomic'; console.log(typeof redact)`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: elsewhere,
    encoding: 'utf8',
  })
  expect({ stdout, stderr }).toEqual({ stdout: 'function\n', stderr: '' })
})
