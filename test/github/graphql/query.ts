import { allows } from '../caller.ts'
import { readNodeId } from '../shapes/node-id.ts'
import type { Reaction, Repo } from '../state.ts'
import { actorNode, organizationNode } from './actor.ts'
import { type Context, readable } from './context.ts'
import { objectNode, refNode } from './git-object.ts'
import { commentNode, pullNode, reviewNode } from './pull-request.ts'
import { GraphQlRefusal } from './refusal.ts'
import { repositoryNode } from './repository.ts'

const unknown = (id: string): GraphQlRefusal =>
  new GraphQlRefusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`)

/** The repository that a node id speaks of, where the caller may read it. */
export function repoOfNode({ world, call }: Context, id: string, key: string): Repo {
  const repo = world.repos.get(Number(key.split(':')[0]))
  if (!repo || !allows(world, call.caller, repo, 'metadata:read')) throw unknown(id)
  return repo
}

/** What people wrote on a pull request; undefined for ids of other things. */
export function wordsOf(
  context: Context,
  id: string,
): { repo: Repo; node: object; target: { reactions: Reaction[] } } | undefined {
  const { kind, key } = readNodeId(id)
  if (!['IssueComment', 'PullRequestReviewComment', 'PullRequestReview'].includes(kind)) return undefined
  const [name, number] = key.split(':') as [string, string]
  const repo = readable(context, ...(name.split('/') as [string, string]))
  if (kind === 'PullRequestReview') {
    const review = repo.reviews.get(Number(number))
    if (!review) throw unknown(id)
    return { repo, node: reviewNode(context, repo, review), target: review }
  }
  const comments = kind === 'IssueComment' ? repo.comments : repo.reviewComments
  const comment = comments.get(Number(number))
  if (!comment) throw unknown(id)
  return {
    repo,
    node: commentNode(context, repo, comment, kind as 'IssueComment' | 'PullRequestReviewComment'),
    target: comment,
  }
}

async function node(context: Context, id: string): Promise<object | null> {
  const { kind, key } = readNodeId(id)
  const { world } = context
  const words = wordsOf(context, id)
  if (words) return words.node
  if (['User', 'Bot', 'Organization'].includes(kind)) {
    const account = [...world.accounts.values()].find((it) => it.id === Number(key))
    return account ? actorNode(world, account.login) : null
  }
  if (!['Repository', 'PullRequest', 'Ref', 'GitObject', 'Commit', 'Blob'].includes(kind)) throw unknown(id)
  const repo = repoOfNode(context, id, key)
  const rest = key.slice(key.indexOf(':') + 1)
  if (kind === 'Repository') return repositoryNode(context, repo)
  if (kind === 'PullRequest') {
    const pull = repo.pulls.get(Number(rest))
    return pull ? pullNode(context, repo, pull) : null
  }
  if (kind === 'Ref') {
    const ref = await world.git(repo).ref(rest)
    return ref ? refNode(context, repo, ref) : null
  }
  return objectNode(context, repo, rest)
}

/** `Query`. */
export const query = {
  repository: ({ owner, name }: { owner: string; name: string }, context: Context) =>
    repositoryNode(context, readable(context, owner, name)),
  node: ({ id }: { id: string }, context: Context) => node(context, id),
  nodes: ({ ids }: { ids: string[] }, context: Context) => ids.map((id) => node(context, id)),
  viewer: (_: unknown, { world, call }: Context) => {
    // A bot is a `User` here, as on GitHub.
    return { ...actorNode(world, call.caller.name), __typename: 'User', login: call.caller.name }
  },
  user: ({ login }: { login: string }, { world }: Context) => {
    if (world.account(login)?.type === 'User') return actorNode(world, login)
    throw new GraphQlRefusal('NOT_FOUND', `Could not resolve to a User with the login of '${login}'.`)
  },
  organization: ({ login }: { login: string }, { world }: Context) => organizationNode(world, login),
}
