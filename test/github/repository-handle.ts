import type { Actor } from './acts/actor.ts'
import { requestAction, rerequestRun, rerequestSuite } from './acts/checks.ts'
import { createComment, deleteComment, editComment } from './acts/comments.ts'
import { commitFiles, type Files } from './acts/commits.ts'
import { tellMergeGroup } from './acts/merge-group.ts'
import { type EditPullInput, editPull, mergePull, type OpenPullInput, openPull, setDraft } from './acts/pulls.ts'
import { moveRef } from './acts/refs.ts'
import {
  commentOnLine,
  deleteReviewComment,
  dismissReview,
  editReview,
  editReviewComment,
  type ReviewCommentInput,
  submitReview,
} from './acts/reviews.ts'
import type { Commit } from './git/commit.ts'
import type { Git } from './git/git.ts'
import {
  type CheckRun,
  type Comment,
  fold,
  fullName,
  type Protection,
  type Pull,
  type Reaction,
  type Repo,
  type Review,
  type ReviewComment,
  type Role,
  type WorkflowRun,
} from './state.ts'
import type { World } from './world.ts'

/** A repository for a test to act on and to read back: people's side of GitHub, past the API. */
export class RepositoryHandle {
  readonly #world: World
  readonly #repo: Repo

  constructor(world: World, repo: Repo) {
    this.#world = world
    this.#repo = repo
  }

  get id(): number {
    return this.#repo.id
  }
  get owner(): string {
    return this.#repo.owner
  }
  get name(): string {
    return this.#repo.name
  }
  get fullName(): string {
    return fullName(this.#repo)
  }
  get defaultBranch(): string {
    return this.#repo.defaultBranch
  }
  /** The bare repository on disk. */
  get gitDir(): string {
    return this.#repo.gitDir
  }
  get git(): Git {
    return this.#world.git(this.#repo)
  }

  /** Address to clone from, with a token in it where one is given. */
  cloneUrl(token?: string): string {
    const url = new URL(`${this.#world.url}/${this.fullName}.git`)
    if (token !== undefined) {
      url.username = 'x-access-token'
      url.password = token
    }
    return url.href
  }

  setRole(login: string, role: Role): void {
    this.#repo.roles.set(fold(login), role)
  }

  setTeamRole(slug: string, role: Role): void {
    this.#repo.teamRoles.set(fold(slug), role)
  }

  protect(protection: Protection): void {
    this.#repo.protections.push(protection)
  }

  // Branches and commits

  async head(branch: string = this.#repo.defaultBranch): Promise<string> {
    const ref = await this.git.ref(`refs/heads/${branch}`)
    if (!ref) throw new Error(`there is no branch ${branch} in ${this.fullName}`)
    return ref.sha
  }

  async createBranch(branch: string, from?: string, as?: string): Promise<string> {
    const sha = from ?? (await this.head())
    await moveRef(this.#world, this.#repo, { ref: `refs/heads/${branch}`, after: sha, create: true }, this.#actor(as))
    return sha
  }

  deleteBranch(branch: string, as?: string): Promise<void> {
    return moveRef(this.#world, this.#repo, { ref: `refs/heads/${branch}`, after: undefined }, this.#actor(as))
  }

  /** One commit pushed to a branch, which is made where there is none. */
  push(branch: string, files: Files, options: { message?: string; as?: string } = {}): Promise<string> {
    const input = { branch, files, message: options.message ?? 'Change files' }
    return commitFiles(this.#world, this.#repo, input, this.#actor(options.as))
  }

  /** Throws the branch's commits away: it stands on `onto` (default: the default branch's tip) with one commit of `files`. */
  async forcePush(
    branch: string,
    files: Files,
    options: { onto?: string; message?: string; as?: string } = {},
  ): Promise<string> {
    const onto = options.onto ?? (await this.head())
    const input = { branch, files, message: options.message ?? 'Rewrite', onto }
    return commitFiles(this.#world, this.#repo, input, this.#actor(options.as))
  }

  /** Puts a branch somewhere else, forced. */
  resetBranch(branch: string, sha: string, as?: string): Promise<void> {
    const change = { ref: `refs/heads/${branch}`, after: sha, force: true }
    return moveRef(this.#world, this.#repo, change, this.#actor(as))
  }

  /** Newest first. */
  commits(ref: string = this.#repo.defaultBranch, limit = 100): Promise<Commit[]> {
    return this.git.log([`--max-count=${limit}`, '--end-of-options', ref])
  }

  async treeId(ref: string = this.#repo.defaultBranch): Promise<string> {
    const found = await this.git.info(`${ref}^{tree}`)
    if (!found) throw new Error(`there is no tree at ${ref}`)
    return found.oid
  }

  async file(path: string, ref: string = this.#repo.defaultBranch): Promise<string | undefined> {
    return (await this.git.read(`${ref}:${path}`))?.data.toString()
  }

  async files(ref: string = this.#repo.defaultBranch): Promise<string[]> {
    return (await this.git.list(ref, true)).filter((it) => it.type !== 'tree').map((it) => it.path)
  }

  // Pull requests

  /** `head` is a branch, or `owner:branch` of a fork. */
  openPull(input: Omit<OpenPullInput, 'base'> & { base?: string; as: string }): Promise<Pull> {
    const { as, ...rest } = input
    return openPull(this.#world, this.#repo, { base: this.#repo.defaultBranch, ...rest }, this.#actor(as))
  }

  pull(number: number): Pull {
    const pull = this.#repo.pulls.get(number)
    if (!pull) throw new Error(`there is no pull request ${this.fullName}#${number}`)
    return pull
  }

  editPull(number: number, input: EditPullInput, as?: string): Promise<void> {
    return editPull(this.#world, this.#repo, this.pull(number), input, this.#actor(as))
  }

  closePull(number: number, as?: string): Promise<void> {
    return this.editPull(number, { state: 'closed' }, as)
  }

  reopenPull(number: number, as?: string): Promise<void> {
    return this.editPull(number, { state: 'open' }, as)
  }

  setDraft(number: number, draft: boolean, as?: string): Promise<void> {
    return setDraft(this.#world, this.#repo, this.pull(number), draft, this.#actor(as))
  }

  mergePull(number: number, as?: string): Promise<string> {
    return mergePull(this.#world, this.#repo, this.pull(number), {}, this.#actor(as))
  }

  /** A merge queue asks for checks on a group with this pull request in it. */
  mergeGroup(number: number, as?: string): Promise<string> {
    return tellMergeGroup(this.#world, this.#repo, this.pull(number), this.#actor(as))
  }

  // Comments and reviews

  comment(number: number, body: string, as: string): Comment {
    return createComment(this.#world, this.#repo, this.pull(number), body, this.#actor(as))
  }

  editComment(id: number, body: string, as?: string): void {
    const comment = this.#comment(id)
    editComment(this.#world, this.#repo, comment, body, this.#actor(as ?? comment.user))
  }

  deleteComment(id: number, as?: string): void {
    const comment = this.#comment(id)
    deleteComment(this.#world, this.#repo, comment, this.#actor(as ?? comment.user))
  }

  comments(number: number): Comment[] {
    return [...this.#repo.comments.values()].filter((it) => it.number === number)
  }

  /** Of a comment or a review comment. */
  reactions(commentId: number): Reaction[] {
    return (
      (
        this.#repo.comments.get(commentId) ??
        this.#repo.reviewComments.get(commentId) ??
        this.#repo.reviews.get(commentId)
      )?.reactions ?? []
    )
  }

  review(
    number: number,
    input: {
      event: 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT'
      body?: string
      comments?: ReviewCommentInput[]
      as: string
    },
  ): Promise<Review> {
    return submitReview(this.#world, this.#repo, this.pull(number), input, this.#actor(input.as))
  }

  editReview(id: number, body: string, as?: string): void {
    const review = this.#review(id)
    editReview(this.#world, this.#repo, review, body, this.#actor(as ?? review.user))
  }

  dismissReview(id: number, as?: string): void {
    dismissReview(this.#world, this.#repo, this.#review(id), this.#actor(as))
  }

  reviewComment(number: number, input: ReviewCommentInput & { as: string }): Promise<ReviewComment> {
    return commentOnLine(this.#world, this.#repo, this.pull(number), input, this.#actor(input.as))
  }

  editReviewComment(id: number, body: string, as?: string): void {
    const it = this.#reviewComment(id)
    editReviewComment(this.#world, this.#repo, it, body, this.#actor(as ?? it.user))
  }

  deleteReviewComment(id: number, as?: string): void {
    const it = this.#reviewComment(id)
    deleteReviewComment(this.#world, this.#repo, it, this.#actor(as ?? it.user))
  }

  reviews(number: number): Review[] {
    return [...this.#repo.reviews.values()].filter((it) => it.number === number)
  }

  reviewComments(number: number): ReviewComment[] {
    return [...this.#repo.reviewComments.values()].filter((it) => it.number === number)
  }

  // Checks

  /** All of them, in the order they were made; of one commit where it is given. */
  checkRuns(sha?: string): CheckRun[] {
    return [...this.#repo.checkRuns.values()].filter((it) => sha === undefined || it.headSha === sha)
  }

  /** The newest of that name, on a commit where it is given. */
  checkRun(name: string, sha?: string): CheckRun | undefined {
    return this.checkRuns(sha).findLast((it) => it.name === name)
  }

  /** Presses a check run's button. */
  requestAction(checkRunId: number, identifier: string, as: string): void {
    requestAction(this.#world, this.#repo, this.#run(checkRunId), identifier, this.#actor(as))
  }

  rerequest(checkRunId: number, as: string): void {
    rerequestRun(this.#world, this.#repo, this.#run(checkRunId), this.#actor(as))
  }

  rerequestSuite(suiteId: number, as: string): Promise<void> {
    return rerequestSuite(this.#world, this.#repo, suiteId, this.#actor(as))
  }

  workflowRuns(): WorkflowRun[] {
    return [...this.#repo.runs.values()]
  }

  #actor(login: string | undefined): Actor {
    return { login: login === undefined ? this.#repo.owner : (this.#world.account(login)?.login ?? login) }
  }

  #comment(id: number): Comment {
    const comment = this.#repo.comments.get(id)
    if (!comment) throw new Error(`there is no comment ${id} in ${this.fullName}`)
    return comment
  }

  #reviewComment(id: number): ReviewComment {
    const comment = this.#repo.reviewComments.get(id)
    if (!comment) throw new Error(`there is no review comment ${id} in ${this.fullName}`)
    return comment
  }

  #review(id: number): Review {
    const review = this.#repo.reviews.get(id)
    if (!review) throw new Error(`there is no review ${id} in ${this.fullName}`)
    return review
  }

  #run(id: number): CheckRun {
    const run = this.#repo.checkRuns.get(id)
    if (!run) throw new Error(`there is no check run ${id} in ${this.fullName}`)
    return run
  }
}
