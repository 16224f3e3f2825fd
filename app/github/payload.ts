import { z } from 'zod'

/** What is read of webhook payloads, and nothing else. https://docs.github.com/webhooks/webhook-events-and-payloads */

export const Account = z.object({ login: z.string(), type: z.string().optional() })
const App = z.object({ id: z.number(), slug: z.string().optional() })
const Via = App.nullish()

const base = {
  action: z.string().optional(),
  repository: z.object({ name: z.string(), owner: Account, default_branch: z.string().optional() }),
  /** Hooks of a repository have none: those are not the app's. */
  installation: z.object({ id: z.number() }).optional(),
  sender: Account.nullish(),
}

export const PullRequestPayload = z.object({ ...base, pull_request: z.object({ number: z.number() }) })

const words = {
  id: z.number(),
  node_id: z.string(),
  body: z.string().nullish(),
  user: Account.nullable(),
  performed_via_github_app: Via,
}

export const IssueCommentPayload = z.object({
  ...base,
  issue: z.object({ number: z.number(), pull_request: z.unknown().optional() }),
  comment: z.object(words),
})
export const ReviewPayload = z.object({
  ...base,
  pull_request: z.object({ number: z.number() }),
  review: z.object({
    ...words,
    state: z.string(),
    commit_id: z.string().nullable(),
  }),
})
export const ReviewCommentPayload = z.object({
  ...base,
  pull_request: z.object({ number: z.number() }),
  comment: z.object(words),
})
export const CheckRunPayload = z.object({
  ...base,
  check_run: z.object({
    id: z.number(),
    head_sha: z.string(),
    external_id: z.string().nullable(),
    app: App.nullish(),
  }),
  requested_action: z.object({ identifier: z.string().optional() }).nullish(),
})
export const CheckSuitePayload = z.object({
  ...base,
  check_suite: z.object({ head_sha: z.string(), app: App.nullish() }),
})
export const PushPayload = z.object({
  ...base,
  ref: z.string(),
  commits: z
    .array(
      z.object({
        added: z.array(z.string()).optional(),
        modified: z.array(z.string()).optional(),
        removed: z.array(z.string()).optional(),
      }),
    )
    .optional(),
})
export const WorkflowRunPayload = z.object({
  ...base,
  workflow_run: z.object({ id: z.number(), head_sha: z.string(), html_url: z.string() }),
})
export const MergeGroupPayload = z.object({
  ...base,
  merge_group: z.object({ head_sha: z.string(), head_ref: z.string(), base_sha: z.string() }),
})
export const InstallationPayload = z.object({
  action: z.string().optional(),
  installation: z.object({ id: z.number(), account: z.object({ login: z.string() }).nullish() }),
  /** `owner/name`. */
  repositories: z.array(z.object({ full_name: z.string() })).optional(),
  repositories_added: z.array(z.object({ full_name: z.string() })).optional(),
})

type Common = z.infer<z.ZodObject<typeof base>>

/** The pull request that a payload is about; undefined where the app is not installed. */
export const pullNamed = (payload: Common, number: number) =>
  payload.installation && {
    installationId: payload.installation.id,
    owner: payload.repository.owner.login,
    repo: payload.repository.name,
    number,
  }

export const isBot = (account: z.infer<typeof Account>): boolean =>
  account.type === 'Bot' || /\[bot\]$/.test(account.login)
