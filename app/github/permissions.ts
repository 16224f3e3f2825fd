import type { AtomicConfig } from '../../core/orchestrator/approvals/config.ts'
import { ownedPaths } from '../../core/orchestrator/approvals/eligible.ts'
import type { Facts, Person } from '../../core/orchestrator/approvals/facts.ts'
import { missionPolicy } from '../../core/orchestrator/approvals/policy.ts'
import type { Approval, MissionPolicy, MissionRecord } from '../../core/orchestrator/types.ts'
import { canonicalDigest } from '../../core/platform/canonical.ts'
import { type GitHub, orAbsent, pages } from './client.ts'
import type { PullRequest } from './pull-request.ts'
import { readText } from './repository-config.ts'

/** Somebody on GitHub, as an event shows them. */
export interface Sender {
  login: string
  bot: boolean
  /** Slug of the app that acts, by itself or in somebody's name. */
  app?: string
}

/**
 * What policy asks of a change that would go into this base branch. The digest covers the branch:
 * what was approved for one is not approved for another.
 */
export function policyFor(
  config: AtomicConfig,
  baseRef: string,
  change: Parameters<typeof missionPolicy>[1],
): MissionPolicy {
  const policy = missionPolicy(config, change)
  return { ...policy, digest: canonicalDigest({ baseRef, policy: policy.digest }) }
}

export const policyOf = (
  config: AtomicConfig,
  pull: PullRequest,
  record: Pick<MissionRecord, 'mission' | 'plan'>,
): MissionPolicy => policyFor(config, pull.baseRef, { risk: record.mission.risk, paths: touchedPaths(record) })

const touchedPaths = (record: Pick<MissionRecord, 'plan'>): string[] => [
  ...new Set(record.plan?.batches.flatMap((batch) => batch.paths) ?? []),
]

const codeownersPaths = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS']

/** What GitHub says of a pull request, for the approvals to be judged by. */
export async function factsOf(
  github: GitHub,
  pull: PullRequest,
  record: MissionRecord,
  policy: MissionPolicy,
): Promise<Facts> {
  const codeowners = Object.values(policy.approvals).some((rule) => rule.from.codeowners)
    ? await codeownersOf(github, pull)
    : undefined
  const [authors, dispatcher] = await Promise.all([authorsOf(github, pull), dispatchersOf(github, pull)])
  return {
    risk: record.mission.risk,
    paths: touchedPaths(record),
    proposer: pull.author.login,
    authors,
    ...(dispatcher.length === 0 ? {} : { dispatcher }),
    ...(codeowners === undefined ? {} : { codeowners }),
    ...(pull.ownerType === 'Organization' ? { organisation: pull.owner } : {}),
    approvals: [],
  }
}

async function codeownersOf(github: GitHub, pull: PullRequest): Promise<string | undefined> {
  for (const path of codeownersPaths) {
    const text = await readText(github, { owner: pull.owner, repo: pull.repo }, path, pull.baseRef)
    if (text !== undefined) return text
  }
  return undefined
}

/** Whoever wrote or committed a commit of the pull request. */
async function authorsOf(github: GitHub, pull: PullRequest): Promise<string[]> {
  const commits = await pages(
    async (page) =>
      (
        await github.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/commits', {
          owner: pull.owner,
          repo: pull.repo,
          pull_number: pull.number,
          per_page: 100,
          page,
        })
      ).data,
  )
  const logins = commits.flatMap(({ author, committer }) => [author?.login, committer?.login])
  return [...new Set(logins.filter((login) => login !== undefined && login !== 'web-flow'))] as string[]
}

/** A run that opens a pull request ends soon after. */
const endsWithinMs = 120_000
/** No run of GitHub's lasts longer than this. */
const longestRunMs = 6 * 3_600_000

/**
 * A pull request of a bot was made by a run that somebody set off, who is no stranger to it. Which
 * run it was GitHub does not tell: whoever set off one that ran when it was opened may have.
 */
async function dispatchersOf(github: GitHub, pull: PullRequest): Promise<string[]> {
  if (!pull.author.bot) return []
  const opened = Date.parse(pull.createdAt)
  const since = new Date(opened - longestRunMs).toISOString().slice(0, 19)
  const runs = await pages(
    async (page) =>
      (
        await github.request('GET /repos/{owner}/{repo}/actions/runs', {
          owner: pull.owner,
          repo: pull.repo,
          created: `${since}Z..${pull.createdAt}`,
          per_page: 100,
          page,
        })
      ).data.workflow_runs,
    100,
    5,
  )
  const around = runs.filter(
    (run) =>
      Date.parse(run.created_at) <= opened &&
      (run.status !== 'completed' || Date.parse(run.updated_at) >= opened - endsWithinMs),
  )
  return [...new Set(around.flatMap((run) => [run.actor?.login, run.triggering_actor?.login]))].filter(
    (login): login is string => login !== undefined,
  )
}

/** A person with what the policy asks about: role, and membership of the teams that count here. */
export async function personOf(
  github: GitHub,
  pull: PullRequest,
  policy: MissionPolicy,
  facts: Facts,
  sender: Sender,
): Promise<Person> {
  const { login } = sender
  const who: Person = {
    login,
    type: sender.bot || sender.app !== undefined ? 'agent' : 'human',
    bot: sender.bot,
    ...(sender.app === undefined ? {} : { app: sender.app }),
  }
  if (who.type === 'agent') return who
  const [role, teams] = await Promise.all([roleOf(github, pull, login), teamsOf(github, pull, policy, facts, login)])
  return { ...who, role, teams }
}

async function permissionOf(github: GitHub, { owner, repo }: { owner: string; repo: string }, username: string) {
  const answer = await orAbsent(
    github.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', { owner, repo, username }),
  )
  return answer?.data
}

/** `role_name` of the person in the repository; `none` where they are no collaborator. */
async function roleOf(github: GitHub, pull: PullRequest, login: string): Promise<string> {
  const found = await permissionOf(github, pull, login)
  return found?.role_name ?? found?.permission ?? 'none'
}

/** Write access, by whatever role: GitHub folds custom roles into these. */
export async function canWrite(github: GitHub, pull: PullRequest, login: string): Promise<boolean> {
  const found = await permissionOf(github, pull, login)
  return found?.permission === 'admin' || found?.permission === 'write'
}

async function teamsOf(
  github: GitHub,
  pull: PullRequest,
  policy: MissionPolicy,
  facts: Facts,
  login: string,
): Promise<string[]> {
  const wanted = new Set<string>()
  for (const rule of Object.values(policy.approvals))
    for (const team of rule.from.teams)
      wanted.add((team.includes('/') ? team : `${pull.owner}/${team}`).replace(/^@/, '').toLowerCase())
  for (const team of policy.emergency?.teams ?? [])
    wanted.add((team.includes('/') ? team : `${pull.owner}/${team}`).replace(/^@/, '').toLowerCase())
  for (const { line } of ownedPaths(facts)) for (const owner of line.owners) if (owner.includes('/')) wanted.add(owner)
  const member = await Promise.all([...wanted].map((team) => isMember(github, team, login)))
  return [...wanted].filter((_, index) => member[index])
}

async function isMember(github: GitHub, team: string, login: string): Promise<boolean> {
  const [org, slug] = team.split('/') as [string, string]
  const answer = await orAbsent(
    github.request('GET /orgs/{org}/teams/{team_slug}/memberships/{username}', {
      org,
      team_slug: slug,
      username: login,
    }),
  )
  return answer?.data.state === 'active'
}

export const senderOf = (approval: Approval): Sender => ({
  login: approval.actor.login,
  bot: approval.actor.type === 'agent',
})
