import { AtomicError } from '../../core/platform/errors.ts'
import { type GitHub, orAbsent } from './client.ts'
import type { RepositoryName } from './tree-source.ts'

export interface Head {
  sha: string
  treeId: string
}

/** Where a branch stands now. @throws AtomicError `NOT_FOUND` */
export async function readHead(github: GitHub, name: RepositoryName, branch: string): Promise<Head> {
  const { data } = await github.request('GET /repos/{owner}/{repo}/branches/{branch}', { ...name, branch })
  return { sha: data.commit.sha, treeId: data.commit.commit.tree.sha }
}

/** Is the commit the head, or does the head follow it? */
export async function standsUnder(
  github: GitHub,
  name: RepositoryName,
  commit: string,
  head: string,
): Promise<boolean> {
  if (commit === head) return true
  const answer = await orAbsent(
    github.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...name,
      basehead: `${commit}...${head}`,
      per_page: 1,
    }),
  )
  return answer?.data.status === 'ahead'
}

/** GraphQL knows a repository by its node id, which never changes. */
export const nodeId = async (github: GitHub, name: RepositoryName): Promise<string> =>
  (await github.request('GET /repos/{owner}/{repo}', { ...name })).data.node_id

/**
 * Moves a branch from one commit to one that follows it, or not at all: GitHub compares and sets,
 * where the REST call would also move a branch that had been set back.
 * https://docs.github.com/graphql/reference/mutations#updaterefs
 */
export async function advance(
  github: GitHub,
  name: RepositoryName & { id: string },
  branch: string,
  /** Undefined: there is no such branch yet. */
  from: string | undefined,
  to: string,
): Promise<void> {
  const beforeOid = from ?? '0'.repeat(40)
  const refUpdates = [{ name: `refs/heads/${branch}`, beforeOid, afterOid: to, force: false }]
  try {
    await github.graphql('mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }', {
      input: { repositoryId: name.id, refUpdates },
    })
  } catch (error) {
    // Whatever went wrong, only the branch itself tells whether it moved.
    const head = await orAbsent(readHead(github, { owner: name.owner, repo: name.repo }, branch))
    if (head?.sha === to) return
    if (head?.sha !== from)
      throw new AtomicError('HEAD_MOVED', {
        detail: `The branch ${branch} is at ${head?.sha.slice(0, 7) ?? 'nothing'}, not at ${from?.slice(0, 7) ?? 'nothing'}.`,
        cause: error,
      })
    throw error
  }
}
