import type { UpdateRefsInput } from '@octokit/graphql-schema'
import { addReaction, createComment } from '../acts/comments.ts'
import { commitFiles } from '../acts/commits.ts'
import { moveRefs } from '../acts/refs.ts'
import { readNodeId } from '../shapes/node-id.ts'
import type { Repo } from '../state.ts'
import { type Context, readable, requirePermission } from './context.ts'
import { commitNode, refNode } from './git-object.ts'
import { commentNode } from './pull-request.ts'
import { repoOfNode, wordsOf } from './query.ts'
import { GraphQlRefusal } from './refusal.ts'

interface Input<T> {
  input: T & { clientMutationId?: string }
}
const none = '0'.repeat(40)
const contents: Record<string, string> = {
  THUMBS_UP: '+1',
  THUMBS_DOWN: '-1',
  LAUGH: 'laugh',
  HOORAY: 'hooray',
  CONFUSED: 'confused',
  HEART: 'heart',
  ROCKET: 'rocket',
  EYES: 'eyes',
}

const repoOf = (context: Context, id: string): Repo => repoOfNode(context, id, readNodeId(id).key)

/** `Mutation`: those that an app moves branches and answers people with. */
export const mutation = {
  /** All the refs move, or none does; `beforeOid` says where each must stand. */
  async updateRefs({ input }: Input<UpdateRefsInput>, context: Context) {
    const repo = repoOf(context, input.repositoryId)
    const actor = requirePermission(context, repo, 'contents:write')
    const moves = input.refUpdates.map((it) => ({
      ref: it.name,
      after: it.afterOid === none ? undefined : it.afterOid,
      force: it.force ?? false,
      ...(it.beforeOid === undefined || it.beforeOid === null
        ? {}
        : { expected: it.beforeOid === none ? null : it.beforeOid }),
    }))
    await moveRefs(context.world, repo, moves, actor)
    return { clientMutationId: input.clientMutationId ?? null }
  },

  async updateRef({ input }: Input<{ refId: string; oid: string; force?: boolean }>, context: Context) {
    const repo = repoOf(context, input.refId)
    const actor = requirePermission(context, repo, 'contents:write')
    const { key } = readNodeId(input.refId)
    const name = key.slice(key.indexOf(':') + 1)
    const { world } = context
    const there = await world.git(repo).ref(name)
    if (!there)
      throw new GraphQlRefusal('NOT_FOUND', `Could not resolve to a node with the global id of '${input.refId}'`)
    await moveRefs(
      world,
      repo,
      [{ ref: name, after: input.oid, force: input.force ?? false, expected: there.sha }],
      actor,
    )
    const ref = refNode(context, repo, (await world.git(repo).ref(name))!)
    return { clientMutationId: input.clientMutationId ?? null, ref }
  },

  async createCommitOnBranch(
    {
      input,
    }: Input<{
      branch: { repositoryNameWithOwner?: string; branchName?: string; id?: string }
      message: { headline: string; body?: string }
      expectedHeadOid: string
      fileChanges?: { additions?: { path: string; contents: string }[]; deletions?: { path: string }[] }
    }>,
    context: Context,
  ) {
    const { branch, message, fileChanges = {} } = input
    const named = branch.repositoryNameWithOwner?.split('/') as [string, string] | undefined
    const repo = named ? readable(context, ...named) : repoOf(context, branch.id ?? '')
    const actor = requirePermission(context, repo, 'contents:write')
    const key = branch.id === undefined ? '' : readNodeId(branch.id).key
    const name = (branch.branchName ?? key.slice(key.indexOf(':') + 1)).replace(/^refs\/heads\//, '')
    const { world } = context
    const git = world.git(repo)
    const head = (await git.ref(`refs/heads/${name}`))?.sha
    if (head !== input.expectedHeadOid) {
      const where = head ?? 'nothing'
      throw new GraphQlRefusal(
        'STALE_DATA',
        `Expected branch to point to "${where}" but it did not. Pull and try again.`,
      )
    }
    const files = Object.fromEntries([
      ...(fileChanges.deletions ?? []).map((it) => [it.path, null]),
      ...(fileChanges.additions ?? []).map((it) => [it.path, Buffer.from(it.contents, 'base64')]),
    ])
    const text = message.body ? `${message.headline}\n\n${message.body}` : message.headline
    const sha = await commitFiles(world, repo, { branch: name, files, message: text, expected: head }, actor)
    repo.signed.add(sha)
    return {
      clientMutationId: input.clientMutationId ?? null,
      commit: commitNode(context, repo, await git.mustCommit(sha)),
      ref: refNode(context, repo, (await git.ref(`refs/heads/${name}`))!),
    }
  },

  addComment({ input }: Input<{ subjectId: string; body: string }>, context: Context) {
    const repo = repoOf(context, input.subjectId)
    const actor = requirePermission(context, repo, 'pull_requests:write')
    const pull = repo.pulls.get(Number(readNodeId(input.subjectId).key.split(':')[1]))
    if (!pull)
      throw new GraphQlRefusal('NOT_FOUND', `Could not resolve to a node with the global id of '${input.subjectId}'`)
    const comment = createComment(context.world, repo, pull, input.body, actor)
    return {
      clientMutationId: input.clientMutationId ?? null,
      commentEdge: { node: commentNode(context, repo, comment) },
    }
  },

  addReaction({ input }: Input<{ subjectId: string; content: string }>, context: Context) {
    const words = wordsOf(context, input.subjectId)
    if (!words)
      throw new GraphQlRefusal('NOT_FOUND', `Could not resolve to a node with the global id of '${input.subjectId}'`)
    const actor = requirePermission(context, words.repo, 'pull_requests:write')
    const { reaction } = addReaction(context.world, words.target, contents[input.content]!, actor)
    const shown = { content: input.content, databaseId: reaction.id, createdAt: reaction.createdAt }
    return { clientMutationId: input.clientMutationId ?? null, reaction: shown }
  },
}
