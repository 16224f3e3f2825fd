import { z } from 'zod'
import { Risk } from '../../contracts/changespec.ts'
import { CheckpointName } from '../../contracts/index.ts'

/**
 * What is known of a pull request when its approvals are judged: the input of `atomic explain
 * --facts`, and what a shell gathers from GitHub right before a decision. Logins, teams and owners
 * compare without regard to letter case.
 */

const login = z.string().min(1).max(256)
const Digest = z.string().min(1).max(128)

export const Person = z.strictObject({
  login,
  /** `agent` for an app; default `human`. */
  type: z.enum(['human', 'agent']).optional(),
  /** GitHub says the account is a bot. */
  bot: z.boolean().optional(),
  /** Slug of the app, where one acts. */
  app: z.string().max(256).optional(),
  /** `role_name` in the repository: none, read, triage, write, maintain, admin, or a custom role. */
  role: z.string().max(256).optional(),
  /** `organisation/team` of each team the person is in. */
  teams: z.array(z.string().max(512)).optional(),
  /** Addresses by which CODEOWNERS may name the person. */
  emails: z.array(z.string().max(320)).optional(),
})
export type Person = z.infer<typeof Person>

export const ApprovalFact = z.strictObject({
  checkpoint: CheckpointName,
  /** Default `approve`. */
  decision: z.enum(['approve', 'reject']).optional(),
  person: Person,
  /** Default `comment`. */
  via: z.enum(['rest', 'comment', 'review', 'check-run', 'cli']).optional(),
  headSha: z.string().max(64).optional(),
  planDigest: Digest.optional(),
  policyDigest: Digest.optional(),
  /** Given before a push that was not the mission's own. */
  stale: z.boolean().optional(),
  /** Revoked, or its comment was edited or deleted. */
  withdrawn: z.boolean().optional(),
})
export type ApprovalFact = z.infer<typeof ApprovalFact>

export const Facts = z.strictObject({
  risk: Risk,
  /** Paths that the plan touches. */
  paths: z.array(z.string().max(4096)),
  /** Who opened the pull request, or created the mission. */
  proposer: login,
  /** Authors and committers of its commits. */
  authors: z.array(login).optional(),
  /** Who set off the run that wrote the change, where one did; all of them, where several may have. */
  dispatcher: z.union([login, z.array(login)]).optional(),
  /** Text of CODEOWNERS on the base branch. */
  codeowners: z.string().optional(),
  /** Organisation of the repository: teams named by their slug alone are its teams. */
  organisation: login.optional(),
  /** What an approval must have been given for; what is absent here is not compared. */
  current: z
    .strictObject({ headSha: z.string().optional(), planDigest: Digest.optional(), policyDigest: Digest.optional() })
    .optional(),
  approvals: z.array(ApprovalFact),
  /** People whose right to approve shall be explained. */
  people: z.array(Person).optional(),
})
export type Facts = z.infer<typeof Facts>
