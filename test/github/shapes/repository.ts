import { fullName, type Json, type Repo } from '../state.ts'
import type { World } from '../world.ts'
import { simpleUser } from './account.ts'
import { nodeId } from './node-id.ts'

export const repoApi = (world: World, repo: Repo): string => `${world.url}/repos/${fullName(repo)}`
export const repoHtml = (world: World, repo: Repo): string => `${world.url}/${fullName(repo)}`

const paths: Record<string, string> = {
  archive: '/{archive_format}{/ref}',
  assignees: '/assignees{/user}',
  blobs: '/git/blobs{/sha}',
  branches: '/branches{/branch}',
  collaborators: '/collaborators{/collaborator}',
  comments: '/comments{/number}',
  commits: '/commits{/sha}',
  compare: '/compare/{base}...{head}',
  contents: '/contents/{+path}',
  contributors: '/contributors',
  deployments: '/deployments',
  downloads: '/downloads',
  events: '/events',
  forks: '/forks',
  git_commits: '/git/commits{/sha}',
  git_refs: '/git/refs{/sha}',
  git_tags: '/git/tags{/sha}',
  hooks: '/hooks',
  issue_comment: '/issues/comments{/number}',
  issue_events: '/issues/events{/number}',
  issues: '/issues{/number}',
  keys: '/keys{/key_id}',
  labels: '/labels{/name}',
  languages: '/languages',
  merges: '/merges',
  milestones: '/milestones{/number}',
  notifications: '/notifications{?since,all,participating}',
  pulls: '/pulls{/number}',
  releases: '/releases{/id}',
  stargazers: '/stargazers',
  statuses: '/statuses/{sha}',
  subscribers: '/subscribers',
  subscription: '/subscription',
  tags: '/tags',
  teams: '/teams',
  trees: '/git/trees{/sha}',
}

/** The few fields that a workflow run carries; `minimal-repository`. */
export function minimalRepository(world: World, repo: Repo): Json {
  const api = repoApi(world, repo)
  return {
    id: repo.id,
    node_id: nodeId('Repository', repo.id),
    name: repo.name,
    full_name: fullName(repo),
    private: repo.private,
    owner: simpleUser(world, repo.owner),
    html_url: repoHtml(world, repo),
    description: null,
    fork: repo.parent !== undefined,
    url: api,
    ...Object.fromEntries(Object.entries(paths).map(([name, path]) => [`${name}_url`, `${api}${path}`])),
  }
}

/** GitHub's `repository`. */
export function repository(world: World, repo: Repo): Json {
  const html = repoHtml(world, repo)
  const open = [...repo.pulls.values()].filter((it) => it.state === 'open').length
  return {
    ...minimalRepository(world, repo),
    created_at: repo.createdAt,
    updated_at: repo.updatedAt,
    pushed_at: repo.pushedAt,
    git_url: `git://${world.url.replace(/^https?:\/\//, '')}/${fullName(repo)}.git`,
    ssh_url: `git@127.0.0.1:${fullName(repo)}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: true,
    has_downloads: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repo.archived,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repo.private ? 'private' : 'public',
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repo.defaultBranch,
    custom_properties: {},
  }
}

/** GitHub's `full-repository`. */
export function fullRepository(world: World, repo: Repo, permissions?: Record<string, boolean>): Json {
  return {
    ...repository(world, repo),
    ...(permissions ? { permissions } : {}),
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_rebase_merge: true,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    ...(world.organization(repo.owner) ? { organization: simpleUser(world, repo.owner) } : {}),
    network_count: 0,
    subscribers_count: 0,
  }
}
