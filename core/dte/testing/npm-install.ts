import { runChild, withoutSecrets } from './child.ts'

/**
 * Installs one exact release of a package into a folder of its own, without running its scripts.
 * Answers whether it is there now.
 */
export async function npmInstall(
  release: `${string}@${string}`,
  options: { folder: string; env: NodeJS.ProcessEnv; show(chunk: Uint8Array): void },
): Promise<boolean> {
  const { folder, env, show } = options
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock']
  const { exitCode } = await runChild([npm, 'install', '--prefix', folder, ...flags, release], {
    cwd: folder,
    env: withoutSecrets(env),
    limits: { timeoutMs: 300_000, shown: 65_536 },
    show,
  })
  return exitCode === 0
}
