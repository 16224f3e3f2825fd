import { mkdir } from 'node:fs/promises'
import { runGit } from '../git/run.ts'
import { fullName, type Repo } from '../state.ts'
import type { World } from '../world.ts'

/**
 * What `actions/checkout` does: an own repository, the commit fetched with the job's token, a detached head.
 * `depth` 0 fetches all history and branches.
 */
export async function checkout(
  world: World,
  repo: Repo,
  where: { dir: string; token: string; sha: string; ref: string; depth: number },
): Promise<void> {
  const { dir, ref, sha, depth } = where
  await mkdir(dir, { recursive: true })
  const basic = Buffer.from(`x-access-token:${where.token}`).toString('base64')
  await runGit(dir, ['init', '-q', '.'])
  await runGit(dir, ['remote', 'add', 'origin', `${world.url}/${fullName(repo)}`])
  await runGit(dir, ['config', '--local', 'gc.auto', '0'])
  await runGit(dir, ['config', '--local', `http.${world.url}/.extraheader`, `AUTHORIZATION: basic ${basic}`])
  const local = ref.startsWith('refs/pull/')
    ? ref.replace('refs/pull/', 'refs/remotes/pull/')
    : 'refs/remotes/origin/HEAD'
  const target = ref.startsWith('refs/heads/') ? ref.replace('refs/heads/', 'refs/remotes/origin/') : local
  const all = depth === 0 ? ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'] : []
  // All branches hold this one's commit: git refuses to be given one place twice.
  const among = depth === 0 && ref.startsWith('refs/heads/')
  const limit = depth === 0 ? [] : [`--depth=${depth}`, '--no-tags']
  await runGit(dir, [
    '-c',
    'protocol.version=2',
    'fetch',
    '-q',
    '--prune',
    ...limit,
    'origin',
    ...all,
    ...(among ? [] : [`+${sha}:${target}`]),
  ])
  await runGit(dir, ['-c', 'advice.detachedHead=false', 'checkout', '-q', '--force', '--detach', among ? sha : target])
}
