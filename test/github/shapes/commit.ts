import type { Commit, Person } from '../git/commit.ts'
import type { FileDiff } from '../git/diff.ts'
import { fold, type Json, type Repo } from '../state.ts'
import type { World } from '../world.ts'
import { simpleUser } from './account.ts'
import { nodeId } from './node-id.ts'
import { repoApi, repoHtml } from './repository.ts'

const verification = (repo: Repo, sha: string): Json =>
  repo.signed.has(sha)
    ? { verified: true, reason: 'valid', signature: 'signed by this GitHub', payload: sha, verified_at: null }
    : { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }

/** The account that an author's address belongs to, noreply addresses included. */
export function accountOf(world: World, person: Person): string | undefined {
  const noreply = /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(person.email)
  if (noreply && world.account(noreply[1]!)) return world.account(noreply[1]!)!.login
  for (const account of world.accounts.values()) {
    if (fold(account.email) === fold(person.email)) return account.login
  }
  return undefined
}

/** GitHub's `git-commit`. */
export function gitCommit(world: World, repo: Repo, commit: Commit): Json {
  const api = repoApi(world, repo)
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', `${repo.id}:${commit.sha}`),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${repoHtml(world, repo)}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/git/commits/${sha}`,
      html_url: `${repoHtml(world, repo)}/commit/${sha}`,
    })),
    verification: verification(repo, commit.sha),
  }
}

export function diffEntry(world: World, repo: Repo, sha: string, file: FileDiff): Json {
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  const html = repoHtml(world, repo)
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${html}/blob/${sha}/${path}`,
    raw_url: `${html}/raw/${sha}/${path}`,
    contents_url: `${repoApi(world, repo)}/contents/${path}?ref=${sha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
  }
}

/** GitHub's `commit`; with the files where one commit was asked for. */
export function commitShape(world: World, repo: Repo, commit: Commit, files?: FileDiff[]): Json {
  const api = repoApi(world, repo)
  const html = repoHtml(world, repo)
  const author = accountOf(world, commit.author)
  const committer = accountOf(world, commit.committer)
  const sum = (of: (file: FileDiff) => number): number => (files ?? []).reduce((n, file) => n + of(file), 0)
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', `${repo.id}:${commit.sha}`),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: verification(repo, commit.sha),
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: `${html}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: author === undefined ? null : simpleUser(world, author),
    committer: committer === undefined ? null : simpleUser(world, committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${html}/commit/${sha}`,
    })),
    ...(files
      ? {
          stats: {
            total: sum((it) => it.additions + it.deletions),
            additions: sum((it) => it.additions),
            deletions: sum((it) => it.deletions),
          },
          files: files.map((file) => diffEntry(world, repo, commit.sha, file)),
        }
      : {}),
  }
}

/** GitHub's `simple-commit`: the head commit of suites and runs. */
export const simpleCommit = (commit: Commit): Json => ({
  id: commit.sha,
  tree_id: commit.tree,
  message: commit.message,
  timestamp: commit.committer.date,
  author: { name: commit.author.name, email: commit.author.email },
  committer: { name: commit.committer.name, email: commit.committer.email },
})
