import { roleOf } from '../caller.ts'
import { nodeId } from '../shapes/node-id.ts'
import { repoHtml } from '../shapes/repository.ts'
import { fullName, type Repo } from '../state.ts'
import { actorNode } from './actor.ts'
import { connection, type Page } from './connection.ts'
import { type Context, requirePermission } from './context.ts'
import { objectNode, refNode } from './git-object.ts'
import { pullNode } from './pull-request.ts'
import { GraphQlRefusal } from './refusal.ts'

export function repositoryNode(context: Context, repo: Repo): object {
  const { world, call } = context
  const git = world.git(repo)
  const contents = (): void => void requirePermission(context, repo, 'contents:read')
  return {
    __typename: 'Repository',
    id: nodeId('Repository', repo.id),
    databaseId: repo.id,
    name: repo.name,
    nameWithOwner: fullName(repo),
    owner: actorNode(world, repo.owner),
    url: repoHtml(world, repo),
    isPrivate: repo.private,
    isArchived: repo.archived,
    isFork: false,
    isEmpty: async () => (await git.refs('refs/heads')).length === 0,
    isInOrganization: world.organization(repo.owner) !== undefined,
    visibility: repo.private ? 'PRIVATE' : 'PUBLIC',
    createdAt: repo.createdAt,
    updatedAt: repo.updatedAt,
    pushedAt: repo.pushedAt,
    description: null,
    viewerPermission: () => {
      const role = call.caller.kind === 'user' ? roleOf(world, repo, call.caller.name) : 'none'
      return role === 'none' ? null : role.toUpperCase()
    },
    defaultBranchRef: async () => {
      const ref = await git.ref(`refs/heads/${repo.defaultBranch}`)
      return ref ? refNode(context, repo, ref) : null
    },
    ref: async ({ qualifiedName }: { qualifiedName: string }) => {
      contents()
      for (const name of [qualifiedName, `refs/heads/${qualifiedName}`, `refs/tags/${qualifiedName}`]) {
        const ref = await git.ref(name)
        if (ref) return refNode(context, repo, ref)
      }
      return null
    },
    refs: async (page: Page & { refPrefix: string }) => {
      contents()
      return connection('refs', await git.refs(page.refPrefix), page, (it) => refNode(context, repo, it))
    },
    object: ({ expression, oid }: { expression?: string; oid?: string }) => {
      contents()
      return objectNode(context, repo, oid ?? expression ?? '')
    },
    pullRequest: ({ number }: { number: number }) => {
      requirePermission(context, repo, 'pull_requests:read')
      const pull = repo.pulls.get(number)
      if (!pull) {
        throw new GraphQlRefusal('NOT_FOUND', `Could not resolve to a PullRequest with the number of ${number}.`)
      }
      return pullNode(context, repo, pull)
    },
    pullRequests: (page: Page & { states?: string[]; headRefName?: string; baseRefName?: string }) => {
      requirePermission(context, repo, 'pull_requests:read')
      const found = [...repo.pulls.values()]
        .filter((it) => !page.states || page.states.includes(it.mergedAt ? 'MERGED' : it.state.toUpperCase()))
        .filter((it) => !page.headRefName || it.headRef === page.headRefName)
        .filter((it) => !page.baseRefName || it.baseRef === page.baseRefName)
      return connection('pullRequests', found, page, (it) => pullNode(context, repo, it))
    },
  }
}
