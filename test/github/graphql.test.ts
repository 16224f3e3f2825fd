import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scene, setScene } from './scene.ts'

let scene: Scene
let pullNumber: number
beforeAll(async () => {
  scene = await setScene()
  await scene.repo.push(
    'topic',
    { 'src/user.ts': 'export const user = 2\n', 'b.bin': new Uint8Array([0]) },
    { as: 'rita' },
  )
  await scene.repo.push('topic', { 'c.txt': 'c\n' }, { as: 'rita', message: 'Second\n\nbody' })
  pullNumber = (await scene.repo.openPull({ head: 'topic', title: 'T', as: 'rita' })).number
})
afterAll(() => scene.stop())
const where = { owner: 'acme', repo: 'shop' }

test('texts, pull requests, their files and commits, page by page', async () => {
  const { bot, github, repo } = scene
  const query = `query ($owner: String!, $repo: String!, $number: Int!, $after: String) {
    repository(owner: $owner, name: $repo) {
      nameWithOwner
      defaultBranchRef { name target { oid } }
      text: object(expression: "topic:src/user.ts") { ... on Blob { text isBinary byteSize oid } }
      binary: object(expression: "topic:b.bin") { ... on Blob { text isBinary } }
      none: object(expression: "topic:none") { oid }
      pullRequest(number: $number) {
        state headRefOid changedFiles author { login } mergeable
        files(first: 2, after: $after) { nodes { path changeType } pageInfo { hasNextPage endCursor } totalCount }
        commits(last: 1) { nodes { commit { messageHeadline messageBody tree { oid } } } }
      }
    }
  }`
  const variables = { ...where, number: pullNumber }
  const { repository } = await bot.graphql<{ repository: Record<string, unknown> }>(query, variables)
  expect(repository).toMatchObject({
    nameWithOwner: 'acme/shop',
    defaultBranchRef: { name: 'main', target: { oid: await repo.head() } },
    text: { text: 'export const user = 2\n', isBinary: false, byteSize: 22 },
    binary: { text: null, isBinary: true },
    none: null,
    pullRequest: {
      state: 'OPEN',
      headRefOid: await repo.head('topic'),
      changedFiles: 3,
      author: { login: 'rita' },
      mergeable: 'MERGEABLE',
      files: {
        nodes: [{ path: 'b.bin', changeType: 'ADDED' }, { path: 'c.txt' }],
        totalCount: 3,
        pageInfo: { hasNextPage: true },
      },
      commits: {
        nodes: [
          { commit: { messageHeadline: 'Second', messageBody: 'body', tree: { oid: await repo.treeId('topic') } } },
        ],
      },
    },
  })
  const after = (repository.pullRequest as { files: { pageInfo: { endCursor: string } } }).files.pageInfo.endCursor
  const next = await bot.graphql<{ repository: { pullRequest: { files: unknown } } }>(query, { ...variables, after })
  expect(next.repository.pullRequest.files).toMatchObject({
    nodes: [{ path: 'src/user.ts', changeType: 'MODIFIED' }],
    pageInfo: { hasNextPage: false },
  })
  github.assertValid()
})

test('a branch moves from where it is expected to stand, or not at all', async () => {
  const { bot, github, repo, received } = scene
  const { data } = await bot.rest.repos.get(where)
  const head = await repo.head('topic')
  const made = await repo.git.writeCommit({ ...(await repo.git.mustCommit(head)), parents: [head], message: 'mine' })
  const update = (updates: object[]) =>
    bot.graphql('mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }', {
      input: { repositoryId: data.node_id, refUpdates: updates },
    })
  const move = { name: 'refs/heads/topic', afterOid: made, force: false }
  await expect(update([{ ...move, beforeOid: await repo.head() }])).rejects.toThrow()
  await expect(
    update([
      { name: 'refs/heads/fresh', afterOid: made },
      { ...move, beforeOid: made },
    ]),
  ).rejects.toThrow()
  await expect(repo.head('fresh')).rejects.toThrow()
  await update([{ ...move, beforeOid: head }])
  expect(await repo.head('topic')).toBe(made)
  await github.settled()
  expect(received.at(-1)!.payload).toMatchObject({ action: 'synchronize', before: head, after: made })
  github.assertValid()
})

test('a commit on a branch, signed by GitHub', async () => {
  const { bot, github, repo } = scene
  const attempt = (expectedHeadOid: string) =>
    bot.graphql<{ createCommitOnBranch: { commit: { oid: string } } }>(
      'mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid signature { isValid } } } }',
      {
        input: {
          branch: { repositoryNameWithOwner: 'acme/shop', branchName: 'topic' },
          message: { headline: 'Make' },
          expectedHeadOid,
          fileChanges: { additions: [{ path: 'd', contents: 'ZA==' }], deletions: [{ path: 'c.txt' }] },
        },
      },
    )
  await expect(attempt(await repo.head())).rejects.toThrow('Expected branch to point to')
  const made = await attempt(await repo.head('topic'))
  expect(await repo.head('topic')).toBe(made.createCommitOnBranch.commit.oid)
  expect(await repo.files('topic')).toEqual(['README.md', 'b.bin', 'd', 'src/user.ts'])
  github.assertValid()
})

test('refusals in the form of GitHub', async () => {
  const { bot, as, github } = scene
  const ask = (query: string) => bot.graphql(query)
  await expect(ask('{ repository(owner: "acme", name: "no") { id } }')).rejects.toMatchObject({
    errors: [{ type: 'NOT_FOUND', path: ['repository'] }],
  })
  await expect(
    ask('{ repository(owner: "acme", name: "shop") { pullRequests { totalCount } } }'),
  ).rejects.toMatchObject({
    errors: [{ type: 'MISSING_PAGINATION_BOUNDARIES' }],
  })
  await expect(
    as('otto').graphql(
      'mutation { updateRefs(input: { repositoryId: "UmVwb3NpdG9yeToxMDA4", refUpdates: [] }) { clientMutationId } }',
    ),
  ).rejects.toThrow()
  github.assertValid()
  await expect(ask('{ repository(owner: "acme", name: "shop") { nope } }')).rejects.toThrow('Cannot query field')
  await expect(ask('{ repository(owner: "acme", name: "shop") { forkCount } }')).rejects.toThrow('does not resolve')
  expect(github.violations.map((it) => it.side)).toEqual(['graphql', 'graphql'])
  github.violations.length = 0
})
