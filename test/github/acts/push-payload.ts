import type { Commit } from '../git/commit.ts'
import { runGit } from '../git/run.ts'
import { simpleUser } from '../shapes/account.ts'
import { accountOf } from '../shapes/commit.ts'
import { repoHtml, repository } from '../shapes/repository.ts'
import type { Json, Repo } from '../state.ts'
import type { World } from '../world.ts'

const zeros = '0'.repeat(40)
/** The empty tree: what a first commit is compared with. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

async function names(dir: string, commit: Commit): Promise<{ added: string[]; removed: string[]; modified: string[] }> {
  const args = ['diff-tree', '-r', '--name-status', '-z', '--no-renames', commit.parents[0] ?? emptyTree, commit.sha]
  const fields = (await runGit(dir, args)).stdout.toString().split('\0')
  const lists = { added: [] as string[], removed: [] as string[], modified: [] as string[] }
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const list = fields[i] === 'A' ? lists.added : fields[i] === 'D' ? lists.removed : lists.modified
    list.push(fields[i + 1]!)
  }
  return lists
}

async function pushCommit(world: World, repo: Repo, commit: Commit): Promise<Json> {
  const person = (it: Commit['author']): Json => {
    const username = accountOf(world, it)
    return { name: it.name, email: it.email, ...(username === undefined ? {} : { username }) }
  }
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repoHtml(world, repo)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    ...(await names(repo.gitDir, commit)),
  }
}

/** The push event's own part; its repository has times in seconds and an owner with a name. */
export async function pushPayload(
  world: World,
  repo: Repo,
  move: { ref: string; before: string | undefined; after: string | undefined; forced: boolean; login: string },
): Promise<Json> {
  const git = world.git(repo)
  const { before, after } = move
  const others = (await git.refs('refs/heads')).filter((it) => it.name !== move.ref).map((it) => it.sha)
  const not = before === undefined ? others : [before]
  const commits =
    after === undefined ? [] : await git.log(['--reverse', '--max-count=20', after, '--not', ...new Set(not)])
  const head = after === undefined ? undefined : await git.commit(after)
  const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000)
  const owner = world.account(repo.owner)
  const html = repoHtml(world, repo)
  return {
    ref: move.ref,
    before: before ?? zeros,
    after: after ?? zeros,
    created: before === undefined,
    deleted: after === undefined,
    forced: move.forced,
    base_ref: null,
    compare: `${html}/compare/${(before ?? zeros).slice(0, 12)}...${(after ?? zeros).slice(0, 12)}`,
    commits: await Promise.all(commits.map((it) => pushCommit(world, repo, it))),
    head_commit: head ? await pushCommit(world, repo, head) : null,
    pusher: { name: move.login, email: world.account(move.login)?.email ?? null },
    repository: {
      ...repository(world, repo),
      url: html,
      owner: { ...simpleUser(world, repo.owner), name: repo.owner, email: owner?.email ?? null },
      created_at: seconds(repo.createdAt),
      pushed_at: seconds(repo.pushedAt),
      stargazers: 0,
      master_branch: repo.defaultBranch,
    },
  }
}
