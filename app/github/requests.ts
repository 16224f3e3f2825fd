import type { Actor } from '../../core/contracts/index.ts'
import type { Decision } from '../../core/orchestrator/orchestrator.ts'
import type { MissionPolicy, MissionRecord, PullBinding } from '../../core/orchestrator/types.ts'
import { AtomicError } from '../../core/platform/errors.ts'
import { orAbsent } from './client.ts'
import { established } from './decisions.ts'
import type { Parts } from './parts.ts'
import { policyFor } from './permissions.ts'
import { bindingOf, readPull } from './pull-request.ts'
import { elsewhere } from './reconcile.ts'
import { readConfig } from './repository-config.ts'

/** A decision that came over REST, held against the repository's own policy. @throws AtomicError as `established`. */
export async function guardDecision(parts: Parts, record: MissionRecord, decision: Decision): Promise<Decision> {
  if (!record.pull) return decision
  const github = await parts.githubFor(record.pull.installationId)
  const pull = await readPull(github, record.pull)
  const { login, type } = decision.actor
  const now = await established(parts, github, pull, record, {
    checkpoint: decision.checkpoint,
    decision: decision.decision,
    sender: { login, bot: type === 'agent' },
    via: decision.via,
    ...(decision.comment === undefined ? {} : { comment: decision.comment }),
    ...(decision.reference === undefined ? {} : { reference: decision.reference }),
  })
  // What the caller named stays as it was named: the machine compares it with what stands.
  const { planDigest: _, headSha: __, ...rest } = now
  return {
    ...rest,
    ...(decision.planDigest === undefined ? {} : { planDigest: decision.planDigest }),
    ...(decision.headSha === undefined ? {} : { headSha: decision.headSha }),
  }
}

/** Binds a mission that was created over REST to its pull request. @throws AtomicError `NOT_FOUND`, `HEAD_MOVED`. */
export async function bindPull(
  parts: Parts,
  source: { owner: string; repo: string; ref: string; pullRequest: number },
): Promise<{ pull: PullBinding; policy: MissionPolicy; proposer: Actor }> {
  const name = { owner: source.owner, repo: source.repo }
  const app = await parts.githubFor()
  const installation = await orAbsent(app.request('GET /repos/{owner}/{repo}/installation', name))
  if (!installation) throw new AtomicError('NOT_FOUND', `The app is not installed on ${name.owner}/${name.repo}.`)
  const installationId = installation.data.id
  const github = await parts.githubFor(installationId)
  const pull = await readPull(github, { ...name, installationId, number: source.pullRequest })
  if (pull.state !== 'open') throw new AtomicError('NOT_FOUND', `Pull request ${source.pullRequest} is not open.`)
  if (source.ref !== pull.headSha && source.ref.replace(/^refs\/heads\//, '') !== pull.headRef)
    throw new AtomicError(
      'HEAD_MOVED',
      `The head of the pull request is ${pull.headRef} at ${pull.headSha}, not ${source.ref}.`,
    )
  return {
    pull: bindingOf(pull, elsewhere),
    policy: policyFor(await readConfig(github, name), pull.baseRef, { risk: 'medium', paths: [] }),
    proposer: { login: pull.author.login, type: pull.author.bot ? 'agent' : 'human' },
  }
}
