import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AtomicError } from '../core/platform/errors.ts'

/** What is used of an event's payload; GitHub's own description: https://docs.github.com/webhooks/webhook-events-and-payloads */
const Ref = z.object({ sha: z.string(), ref: z.string(), repo: z.object({ full_name: z.string() }).nullish() })
const EventPayload = z.object({
  number: z.number().optional(),
  pull_request: z
    .object({ number: z.number(), body: z.string().nullish(), commits: z.number().optional(), head: Ref, base: Ref })
    .optional(),
  merge_group: z.object({ head_sha: z.string(), base_sha: z.string() }).optional(),
})

/** The run that this process is part of: https://docs.github.com/actions/reference/workflows-and-actions/variables */
export interface Run {
  event: string
  pull?: {
    number: number
    body: string
    headSha: string
    baseSha: string
    baseRef: string
    commits?: number
    fork: boolean
  }
  /** Of a merge queue: what would be merged, and onto what. */
  group?: { headSha: string; baseSha: string }
  /** Folder of the checkout. */
  workspace: string
  /** Folder that the runner empties after the job. */
  temp: string
  runUrl?: string
  /** Unique to this attempt. */
  runKey?: string
}

/** Of the file that the runner left; where there is none, the event says nothing. */
function readEvent(file: string | undefined): z.infer<typeof EventPayload> {
  try {
    return EventPayload.parse(file ? JSON.parse(readFileSync(file, 'utf8')) : {})
  } catch (cause) {
    throw new AtomicError('INVALID_REQUEST', { detail: 'The event of this run cannot be read.', cause })
  }
}

/** @throws AtomicError `INVALID_REQUEST` outside a runner. */
export function readRun(env: NodeJS.ProcessEnv): Run {
  const workspace = env.GITHUB_WORKSPACE
  const temp = env.RUNNER_TEMP
  if (!workspace || !temp) {
    throw new AtomicError(
      'INVALID_REQUEST',
      'GITHUB_WORKSPACE and RUNNER_TEMP are not set: this runs on a GitHub Actions runner.',
    )
  }
  const { pull_request: pull, merge_group: group } = readEvent(env.GITHUB_EVENT_PATH)
  const { GITHUB_RUN_ID: id, GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server = 'https://github.com' } = env
  return {
    event: env.GITHUB_EVENT_NAME ?? '',
    workspace,
    temp,
    ...(id && repository ? { runUrl: `${server}/${repository}/actions/runs/${id}` } : {}),
    ...(id ? { runKey: `${id}-${env.GITHUB_RUN_ATTEMPT || 1}-${env.GITHUB_JOB ?? ''}` } : {}),
    ...(group === undefined ? {} : { group: { headSha: group.head_sha, baseSha: group.base_sha } }),
    ...(pull === undefined
      ? {}
      : {
          pull: {
            number: pull.number,
            body: pull.body ?? '',
            headSha: pull.head.sha,
            baseSha: pull.base.sha,
            baseRef: pull.base.ref,
            fork: pull.head.repo?.full_name !== pull.base.repo?.full_name,
            ...(pull.commits === undefined ? {} : { commits: pull.commits }),
          },
        }),
  }
}

/**
 * Under `pull_request_target` a workflow holds secrets and a writing token; with the head of a pull
 * request checked out, whatever its author wrote would run beside them.
 * https://docs.github.com/actions/reference/security/secure-use#mitigating-the-risks-of-untrusted-code-checkout
 * @throws AtomicError `NOT_ALLOWED`
 */
export function refusePrivileged(run: Run, head: string, parents: readonly string[]): void {
  if (run.event !== 'pull_request_target' && run.event !== 'workflow_run') return
  const { pull } = run
  const ofPull = pull !== undefined && (head === pull.headSha || parents.includes(pull.headSha))
  const ofBase = pull !== undefined && head === pull.baseSha
  if (ofPull || !ofBase) {
    throw new AtomicError(
      'NOT_ALLOWED',
      `Under ${run.event} this workflow holds secrets, and the checkout is not the base branch: nothing is run. Use the event pull_request.`,
    )
  }
}
