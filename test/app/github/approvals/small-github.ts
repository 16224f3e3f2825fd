import { createHash } from 'node:crypto'
import type { OctokitLike } from '../../../../app/github/client.ts'
import {
  blobEntry,
  type FileMode,
  type Tree,
  type TreeEntry,
  textOf,
  treeFromFiles,
  treeId,
} from '../../../../core/dte/tree.ts'

interface Commit {
  sha: string
  tree: Tree
  parent: string | undefined
  author: string
}
interface Comment {
  id: number
  body: string
  user: string
  createdAt: string
  editedAt?: string
  gone: boolean
  app?: true
}
type Parameters = Record<string, never> & { [name: string]: unknown }
const appId = 7
const bot = 'atomic[bot]'

class Answer extends Error {
  readonly status: number
  readonly response = { headers: {} }
  constructor(status: number) {
    super(`answered ${status}`)
    this.status = status
  }
}

/**
 * As much of GitHub as the approval of one pull request meets, in memory: no sockets, no schemas
 * (those are judged by test/github), so that histories can be tried by the hundred thousand.
 */
export class SmallGitHub {
  readonly owner = 'acme'
  readonly repo = 'shop'
  readonly number = 1
  readonly #commits = new Map<string, Commit>()
  readonly #trees = new Map<string, Tree>()
  readonly #now: () => number
  #ids = 100
  roles = new Map<string, string>([
    ['ada', 'write'],
    ['rita', 'write'],
    ['rob', 'write'],
    ['otto', 'read'],
  ])
  config: string
  head: string
  baseRef = 'main'
  #turnedAt: string | undefined
  state: 'open' | 'closed' = 'open'
  comments: Comment[] = []
  checkRuns: { id: number; sha: string; external: string; body: Record<string, unknown> }[] = []
  /** Every call of the app, before it is answered. */
  onCall: (route: string, parameters: Parameters) => void = () => {}
  /** A role as it was answered, and a policy as it was read. */
  onRead: (what: { login: string; role: string } | { config: string } | { state: string }) => void = () => {}
  /** The branch was moved by the app. */
  onWrite: (from: string, to: string) => void = () => {}

  constructor(files: Record<string, string>, config: string, now: () => number) {
    this.#now = now
    this.config = config
    this.head = this.#commit(treeFromFiles(files), undefined, 'ada').sha
  }

  #commit(tree: Tree, parent: string | undefined, author: string): Commit {
    const sha = createHash('sha1')
      .update(`${treeId(tree)} ${parent} ${author} ${this.#ids++}`)
      .digest('hex')
    const commit = { sha, tree, parent, author }
    this.#commits.set(sha, commit)
    this.#trees.set(treeId(tree), tree)
    return commit
  }

  time = (): string => `${new Date(this.#now()).toISOString().slice(0, 19)}Z`
  treeOf = (sha: string): Tree => this.#commits.get(sha)!.tree

  /** A person pushes; answers the new head. */
  push(path: string, text: string, author: string): string {
    const tree = new Map(this.treeOf(this.head)).set(path, blobEntry(text))
    this.head = this.#commit(tree, this.head, author).sha
    return this.head
  }

  /** Sets the head back to a commit that it was on before, by force. */
  setBack(sha: string): void {
    if (sha !== this.head) this.#turnedAt = this.time()
    this.head = sha
  }

  turnTo(baseRef: string): void {
    if (baseRef !== this.baseRef) this.#turnedAt = this.time()
    this.baseRef = baseRef
  }

  comment(body: string, user: string): Comment {
    const at = this.time()
    const comment = { id: this.#ids++, body, user, createdAt: at, gone: false }
    this.comments.push(comment)
    return comment
  }

  edit(comment: Comment, body: string): void {
    comment.body = body
    comment.editedAt = this.time()
  }

  /** Is the second commit the first, or does it follow it? */
  follows(first: string, second: string): boolean {
    for (let at: string | undefined = second; at !== undefined; at = this.#commits.get(at)?.parent)
      if (at === first) return true
    return false
  }

  /** The last commit there, or before it, that a person made. */
  ofPeople(sha: string): string {
    let at = this.#commits.get(sha)!
    while (at.author === bot && at.parent !== undefined) at = this.#commits.get(at.parent)!
    return at.sha
  }

  pullShape() {
    const repository = {
      id: 1,
      name: this.repo,
      owner: { login: this.owner, type: 'Organization' },
      private: true,
      default_branch: 'main',
    }
    return {
      number: this.number,
      title: 'Rename',
      body: '',
      state: this.state,
      merged: false,
      draft: false,
      user: { login: 'ada', type: 'User' },
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
      head: { ref: 'topic', sha: this.head, repo: repository },
      base: { ref: this.baseRef, sha: 'b'.repeat(40), repo: repository },
    }
  }

  readonly octokit: OctokitLike = {
    request: async (route, parameters = {}) => {
      const p = parameters as Parameters
      this.onCall(route, p)
      return { status: 200, headers: {}, url: '', data: this.#answer(route, p) }
    },
    graphql: async (query, variables = {}) => {
      this.onCall('graphql', variables as Parameters)
      if (query.includes('BASE_REF_CHANGED_EVENT')) return this.#said(String(variables.words))
      if (!query.includes('updateRefs')) return {}
      const [move] = (variables as unknown as { input: { refUpdates: { beforeOid: string; afterOid: string }[] } })
        .input.refUpdates
      if (!move || move.beforeOid !== this.head || !this.follows(move.beforeOid, move.afterOid)) throw new Answer(422)
      this.onWrite(move.beforeOid, move.afterOid)
      this.head = move.afterOid
      return {}
    },
  }

  #answer(route: string, p: Parameters): unknown {
    const [, path = ''] = route.split(' ')
    const rest = path.replace('/repos/{owner}/{repo}', '')
    const own = p.repo === this.repo
    switch (`${route.split(' ')[0]} ${rest}`) {
      case 'GET ':
        return { node_id: 'R_1', private: true }
      case 'GET /pulls/{pull_number}':
        this.onRead({ state: this.state })
        return this.pullShape()
      case 'GET /pulls/{pull_number}/files': {
        const entry = this.treeOf(this.head).get('.atomic/change.json')
        return entry ? [{ filename: '.atomic/change.json', status: 'added', sha: entry.oid }] : []
      }
      case 'GET /pulls/{pull_number}/commits': {
        const authors = new Set<string>()
        for (let at: string | undefined = this.head; at !== undefined; at = this.#commits.get(at)?.parent)
          authors.add(this.#commits.get(at)!.author)
        return [...authors].map((login) => ({ author: { login }, committer: { login } }))
      }
      case 'GET /git/blobs/{file_sha}': {
        for (const tree of this.#trees.values())
          for (const entry of tree.values())
            if (entry.oid === p.file_sha) {
              const content = Buffer.from(entry.data!).toString('base64')
              return { content, encoding: 'base64', size: entry.data!.length }
            }
        throw new Answer(404)
      }
      case 'GET /contents/{path}':
        if (!own || p.path !== '.github/atomic.yml') throw new Answer(404)
        this.onRead({ config: this.config })
        return { type: 'file', content: Buffer.from(this.config).toString('base64') }
      case 'GET /collaborators/{username}/permission': {
        const role = this.roles.get(String(p.username)) ?? 'none'
        this.onRead({ login: String(p.username), role })
        return { permission: role === 'maintain' ? 'write' : role, role_name: role }
      }
      case 'GET /branches/{branch}':
        return { commit: { sha: this.head, commit: { tree: { sha: treeId(this.treeOf(this.head)) } } } }
      case 'GET /git/commits/{commit_sha}':
        return { tree: { sha: treeId(this.treeOf(String(p.commit_sha))) } }
      case 'GET /compare/{basehead}': {
        const [from = '', to = ''] = String(p.basehead).split('...')
        return { status: this.follows(from, to) ? 'ahead' : 'diverged' }
      }
      case 'POST /git/trees': {
        const tree = new Map(this.#trees.get(String(p.base_tree))!)
        for (const { path, mode, sha, content } of p.tree as unknown as {
          path: string
          mode: FileMode
          sha?: string | null
          content?: string
        }[])
          if (sha === null) tree.delete(path)
          else tree.set(path, content === undefined ? { ...this.#blob(sha!), mode } : blobEntry(content, mode))
        this.#trees.set(treeId(tree), tree)
        return { sha: treeId(tree) }
      }
      case 'POST /git/commits':
        return { sha: this.#commit(this.#trees.get(String(p.tree))!, (p.parents as unknown as string[])[0], bot).sha }
      case 'GET /commits/{ref}/check-runs': {
        const found = this.checkRuns.filter((run) => run.sha === p.ref)
        return {
          check_runs: found.map((run) => ({
            id: run.id,
            external_id: run.external,
            app: { id: appId },
            output: { annotations_count: 0 },
          })),
        }
      }
      case 'POST /check-runs': {
        const run = { id: this.#ids++, sha: String(p.head_sha), external: String(p.external_id), body: p }
        this.checkRuns.push(run)
        return { id: run.id }
      }
      case 'PATCH /check-runs/{check_run_id}': {
        const run = this.checkRuns.find((r) => r.id === p.check_run_id)
        if (!run) throw new Answer(404)
        run.body = { ...run.body, ...p }
        return { id: run.id }
      }
      case 'GET /issues/{issue_number}/comments':
        return this.comments.filter((c) => !c.gone).map((c) => this.commentShape(c))
      case 'POST /issues/{issue_number}/comments': {
        const comment = { ...this.comment(String(p.body), bot), app: true as const }
        this.comments[this.comments.length - 1] = comment
        return { id: comment.id }
      }
      case 'GET /issues/comments/{comment_id}':
        return this.commentShape(this.#comment(p.comment_id as unknown as number))
      case 'PATCH /issues/comments/{comment_id}':
        this.#comment(p.comment_id as unknown as number).body = String(p.body)
        return { id: p.comment_id }
      case 'POST /issues/comments/{comment_id}/reactions':
        this.#comment(p.comment_id as unknown as number)
        return { id: 1 }
      default:
        throw new Error(`the small GitHub knows no ${route}`)
    }
  }

  commentShape = (c: Comment) => ({
    id: c.id,
    body: c.body,
    user: { login: c.user, type: c.app ? 'Bot' : 'User' },
    node_id: `comment ${c.id}`,
    created_at: c.createdAt,
    updated_at: c.editedAt ?? c.createdAt,
    performed_via_github_app: c.app ? { id: appId, slug: 'atomic' } : null,
  })

  #said(node: string) {
    const comment = this.comments.find((c) => `comment ${c.id}` === node && !c.gone)
    if (!comment) throw Object.assign(new Error('no such node'), { errors: [{ type: 'NOT_FOUND', message: node }] })
    const { body, createdAt, editedAt = null } = comment
    const nodes = this.#turnedAt === undefined ? [] : [{ createdAt: this.#turnedAt }]
    return {
      node: { body, createdAt, publishedAt: createdAt, lastEditedAt: editedAt },
      repository: {
        pullRequest: { headRefOid: this.head, baseRefName: this.baseRef, timelineItems: { nodes } },
      },
    }
  }

  #comment(id: number): Comment {
    const comment = this.comments.find((c) => c.id === id && !c.gone)
    if (!comment) throw new Answer(404)
    return comment
  }

  #blob(oid: string): TreeEntry {
    for (const tree of this.#trees.values()) for (const entry of tree.values()) if (entry.oid === oid) return entry
    throw new Answer(422)
  }

  text = (path: string): string | undefined => textOf(this.treeOf(this.head).get(path))
}
