import type { EventHandler } from '../event.ts'
import { checkRun } from './check-run.ts'
import { checkSuite } from './check-suite.ts'
import { installation, installationRepositories } from './installation.ts'
import { issueComment } from './issue-comment.ts'
import { mergeGroup } from './merge-group.ts'
import { pullRequest } from './pull-request.ts'
import { pullRequestReview } from './pull-request-review.ts'
import { pullRequestReviewComment } from './pull-request-review-comment.ts'
import { push } from './push.ts'
import { workflowRun } from './workflow-run.ts'

/** Every event that is listened to. To add one: its file, one line here, and the event in app.yml. */
const all: EventHandler[] = [
  pullRequest,
  issueComment,
  pullRequestReview,
  pullRequestReviewComment,
  checkRun,
  checkSuite,
  workflowRun,
  mergeGroup,
  push,
  installation,
  installationRepositories,
]

export const eventHandlers = new Map(all.map((handler) => [handler.name, handler]))
