/** What this GitHub remembers: plain records, changed by `acts/`, shown by `shapes/`. Git objects and refs live on disk. */

export type Json = Record<string, unknown>
export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none'
/** Of an app's installation or a workflow's token: permission → level. */
export type Permissions = Record<string, 'read' | 'write' | 'admin'>

export interface Account {
  id: number
  login: string
  type: 'User' | 'Organization' | 'Bot'
  name: string
  email: string
  createdAt: string
}

export interface Organization extends Account {
  type: 'Organization'
  members: Map<string, 'admin' | 'member'>
  teams: Map<string, Team>
}
export interface Team {
  id: number
  slug: string
  name: string
  members: Map<string, 'maintainer' | 'member'>
}

export interface AppRecord {
  id: number
  slug: string
  name: string
  clientId: string
  clientSecret?: string
  callbackUrls?: string[]
  owner: string
  publicKey: string
  webhookUrl?: string
  webhookSecret: string
  permissions: Permissions
  events: string[]
  createdAt: string
  updatedAt: string
}
export interface Installation {
  id: number
  appId: number
  account: string
  /** Ids of repositories; `all` follows the account's. */
  repositories: 'all' | Set<number>
  permissions: Permissions
  events: string[]
  createdAt: string
  updatedAt: string
  suspendedAt?: string
}
export interface Token {
  value: string
  /** Who acts: a bot's login for an installation's or a workflow's token. */
  login: string
  installationId?: number
  permissions?: Permissions
  repositories?: Set<number>
  /** Milliseconds since the epoch. */
  expiresAt?: number
}

export interface Reaction {
  id: number
  user: string
  content: string
  createdAt: string
}
export interface Comment {
  id: number
  number: number
  user: string
  body: string
  createdAt: string
  updatedAt: string
  /** Its text was last changed then. */
  editedAt?: string
  viaApp?: number
  reactions: Reaction[]
}
export interface Review {
  id: number
  number: number
  user: string
  body: string
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING'
  commitId: string
  submittedAt: string
  updatedAt: string
  editedAt?: string
  reactions: Reaction[]
}
export interface ReviewComment extends Comment {
  reviewId: number
  path: string
  commitId: string
  originalCommitId: string
  diffHunk: string
  side: 'LEFT' | 'RIGHT'
  line?: number
  startLine?: number
  /** In the file's patch. */
  position: number
  subjectType: 'line' | 'file'
  inReplyToId?: number
}
export interface Label {
  id: number
  name: string
  color: string
}
export interface Pull {
  id: number
  number: number
  title: string
  body: string | null
  user: string
  state: 'open' | 'closed'
  draft: boolean
  headRef: string
  headSha: string
  /** Id of the fork that the head is in; absent: the repository itself. */
  headRepo?: number
  /** The fork's owner lets maintainers push to the head branch. */
  maintainerCanModify?: boolean
  baseRef: string
  /** The base branch's tip when the head last moved. */
  baseSha: string
  /** When it was turned to another base branch, or its head moved by force; oldest first. */
  turns?: { kind: 'BASE_REF_CHANGED_EVENT' | 'HEAD_REF_FORCE_PUSHED_EVENT'; at: string }[]
  labels: Label[]
  requestedReviewers: string[]
  createdAt: string
  updatedAt: string
  closedAt?: string
  mergedAt?: string
  mergedBy?: string
  mergeCommitSha?: string
}
export interface Annotation {
  path: string
  start_line: number
  end_line: number
  start_column?: number
  end_column?: number
  annotation_level: 'notice' | 'warning' | 'failure'
  message: string
  title?: string
  raw_details?: string
}
export interface CheckAction {
  label: string
  description: string
  identifier: string
}
export type CheckStatus = 'queued' | 'in_progress' | 'completed'
export interface CheckRun {
  id: number
  suiteId: number
  appId: number
  name: string
  headSha: string
  detailsUrl: string
  externalId: string
  status: CheckStatus
  conclusion: string | null
  startedAt: string
  completedAt: string | null
  output: { title: string | null; summary: string | null; text: string | null }
  annotations: Annotation[]
  actions: CheckAction[]
}
export interface CheckSuite {
  id: number
  appId: number
  headSha: string
  headBranch: string | null
  before: string | null
  createdAt: string
  updatedAt: string
  /** As last announced by a webhook. */
  announced?: string
}
export interface Status {
  id: number
  sha: string
  state: string
  context: string
  description: string | null
  targetUrl: string | null
  user: string
  createdAt: string
}
export interface Artifact {
  id: number
  name: string
  runId: number
  data: Buffer
  createdAt: string
}
export interface WorkflowRun {
  id: number
  workflowId: number
  name: string
  path: string
  event: string
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: string | null
  headSha: string
  headBranch: string
  actor: string
  number: number
  attempt: number
  title: string
  suiteId: number
  referenced: string[]
  createdAt: string
  updatedAt: string
  startedAt: string
  log: string
}
export interface Deployment {
  id: number
  sha: string
  environment: string
}
export interface Protection {
  pattern: string
  requiredReviews?: number
  requiredChecks?: string[]
  allowForcePushes?: boolean
  enforceAdmins?: boolean
}
export interface Repo {
  id: number
  owner: string
  name: string
  /** Id of the repository that this is a fork of. */
  parent?: number
  private: boolean
  archived: boolean
  defaultBranch: string
  gitDir: string
  roles: Map<string, Role>
  /** Team slug → role. */
  teamRoles: Map<string, Role>
  nextNumber: number
  pulls: Map<number, Pull>
  comments: Map<number, Comment>
  reviews: Map<number, Review>
  reviewComments: Map<number, ReviewComment>
  checkRuns: Map<number, CheckRun>
  checkSuites: Map<number, CheckSuite>
  statuses: Status[]
  deployments: Map<number, Deployment>
  artifacts: Map<number, Artifact>
  /** Sigstore bundles. */
  attestations: Map<number, Json>
  runs: Map<number, WorkflowRun>
  protections: Protection[]
  /** Commits that GitHub signed itself. */
  signed: Set<string>
  createdAt: string
  updatedAt: string
  pushedAt: string
}

export const fullName = (repo: Repo): string => `${repo.owner}/${repo.name}`
/** GitHub's names do not tell letter cases apart. */
export const fold = (name: string): string => name.toLowerCase()
