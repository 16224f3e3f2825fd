import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gitEnvironment } from './git/run.ts'
import { type Scene, setScene } from './scene.ts'

let scene: Scene
let dir: string
beforeAll(async () => {
  scene = await setScene()
  dir = await mkdtemp(join(tmpdir(), 'atomic git '))
})
afterAll(async () => {
  await scene.stop()
  await rm(dir, { recursive: true, force: true })
})

const git = async (cwd: string, ...args: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(
    'git',
    ['-c', 'user.name=Rita', '-c', 'user.email=rita@users.noreply.github.com', ...args],
    {
      cwd,
      env: gitEnvironment,
    },
  )
  return stdout.trim()
}

test('clone, push and force-push with the git command line', async () => {
  const { github, repo, received } = scene
  const url = repo.cloneUrl(github.userToken('rita'))
  await git(dir, 'clone', '-q', url, 'work')
  const work = join(dir, 'work')
  expect(await git(work, 'rev-parse', 'HEAD')).toBe(await repo.head())
  await git(work, 'switch', '-q', '-c', 'topic')
  await writeFile(join(work, 'new.txt'), 'new\n')
  await git(work, 'add', '.')
  await git(work, 'commit', '-q', '-m', 'Add')
  await git(work, 'push', '-q', 'origin', 'topic')
  const pull = await repo.openPull({ head: 'topic', title: 'T', as: 'rita' })
  const before = pull.headSha
  await git(work, 'commit', '-q', '--amend', '-m', 'Add again')
  await expect(git(work, 'push', '-q', 'origin', 'topic')).rejects.toThrow('rejected')
  await git(work, 'push', '-q', '--force', 'origin', 'topic')
  const after = await git(work, 'rev-parse', 'HEAD')
  await github.settled()
  const pushes = received.filter((it) => it.event === 'push').map((it) => it.payload)
  expect(pushes).toMatchObject([
    { created: true, ref: 'refs/heads/topic', pusher: { name: 'rita' }, head_commit: { author: { username: 'rita' } } },
    { forced: true, before, after },
  ])
  expect(received.at(-1)!.payload).toMatchObject({ action: 'synchronize', before, after })
  await git(work, 'fetch', '-q', 'origin', 'refs/pull/1/merge')
  expect((await git(work, 'log', '-1', '--format=%P', 'FETCH_HEAD')).split(' ')).toEqual([await repo.head(), after])
  github.assertValid()
})

test('a token opens only what it may', async () => {
  const { github, repo, installationId, asApp } = scene
  await expect(git(dir, 'ls-remote', repo.cloneUrl())).rejects.toThrow()
  await expect(git(dir, 'ls-remote', repo.cloneUrl('wrong'))).rejects.toThrow()
  const otto = repo.cloneUrl(github.userToken('otto'))
  expect(await git(dir, 'ls-remote', otto, 'HEAD')).toContain(await repo.head())
  await git(dir, 'clone', '-q', otto, 'otto')
  await git(join(dir, 'otto'), 'commit', '-q', '--allow-empty', '-m', 'no')
  await expect(git(join(dir, 'otto'), 'push', '-q', 'origin', 'HEAD:mine')).rejects.toThrow('403')
  const { data } = await asApp.rest.apps.createInstallationAccessToken({
    installation_id: installationId,
    permissions: { contents: 'write' },
  })
  await git(join(dir, 'otto'), 'push', '-q', repo.cloneUrl(data.token), 'HEAD:bots')
  expect(await repo.head('bots')).toBe(await git(join(dir, 'otto'), 'rev-parse', 'HEAD'))
  await expect(
    git(join(dir, 'otto'), 'push', '-q', repo.cloneUrl(data.token), 'HEAD:refs/pull/1/head'),
  ).rejects.toThrow()
})
