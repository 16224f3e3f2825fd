import { runChild } from './child.ts'

/**
 * Installs exact releases of packages into a folder of their own, without running their scripts and
 * without what they expect beside them. Answers why that failed; undefined where it did not.
 */
export async function npmInstall(
  releases: readonly `${string}@${string}`[],
  options: { folder: string; env: NodeJS.ProcessEnv; show(chunk: Uint8Array): void },
): Promise<string | undefined> {
  const { folder, env, show } = options
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const flags = [
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--no-package-lock',
    '--legacy-peer-deps',
    '--fetch-retries=1',
    '--fetch-timeout=60000',
  ]
  const { exitCode, tail } = await runChild([npm, 'install', '--prefix', folder, ...flags, ...releases], {
    cwd: folder,
    env,
    limits: { timeoutMs: 300_000, shown: 65_536 },
    show,
  })
  if (exitCode === 0) return undefined
  const said = tail.split('\n').filter((line) => line.startsWith('npm error'))
  return said.slice(0, 3).join('; ').replaceAll('npm error ', '') || `npm ended with ${exitCode}`
}
