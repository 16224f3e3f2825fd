import type { Statement } from '../attest.ts'
import { outcomeOf } from '../claims.ts'
import { lastBefore, type MissionView } from '../mission-view.ts'
import { summaryOf } from './summary.ts'

/**
 * The in-toto statements of a pack, in their order: first the mission's own, which names the
 * manifest and what landed; then one for each approval, naming the tree that was approved; then
 * one for each test result (https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md);
 * last the summary of what was verified.
 */
const missionPredicate = 'urn:atomic:predicate:mission:v1'
const approvalPredicate = 'urn:atomic:predicate:approval:v1'
const testPredicate = 'https://in-toto.io/attestation/test-result/v0.1'

const statement = (
  subject: Statement['subject'],
  predicateType: string,
  predicate: Record<string, unknown>,
): Statement => ({ _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate })

const treeSubject = (id: string): Statement['subject'][number] => ({ name: 'tree', digest: { gitTree: id } })
const commitSubject = (id: string): Statement['subject'][number] => ({ name: 'commit', digest: { gitCommit: id } })

export function statementsOf(
  view: MissionView,
  pack: { manifestSha256: string; origin: string; treeSize: number; rootHash: string },
): Statement[] {
  const plan = lastBefore(view, 'mission.planned')
  const end = lastBefore(view, 'mission.completed')
  const subjects: Statement['subject'] = [{ name: 'manifest.json', digest: { sha256: pack.manifestSha256 } }]
  if (end?.payload.resultTree) subjects.push(treeSubject(end.payload.resultTree))
  if (end?.payload.commit) subjects.push(commitSubject(end.payload.commit))
  const approvals = view.of('checkpoint.approved').flatMap((fact) => {
    const { checkpoint, planDigest, headSha, policyDigest, resultTree, selfApproved, automatic } = fact.payload
    const tree = resultTree ?? lastBefore(view, 'mission.planned', fact.index)?.payload.resultTree
    if (!tree) return []
    return statement([treeSubject(tree)], approvalPredicate, {
      missionId: view.missionId,
      eventId: fact.eventId,
      checkpoint,
      approver: fact.actor,
      approvedAt: fact.recordedAt,
      planDigest: planDigest ?? null,
      headSha: headSha ?? null,
      policyDigest: policyDigest ?? null,
      selfApproved: selfApproved ?? false,
      automatic: automatic ?? false,
    })
  })

  const tests = view.of('verify.completed').flatMap((fact) => {
    const { tests: result, landedTree, resultTree, runUrl, trusted } = fact.payload
    const tree = landedTree ?? resultTree
    if (!result || !tree) return []
    return statement([treeSubject(tree)], testPredicate, {
      result: result.passed ? 'PASSED' : 'FAILED',
      configuration: [],
      ...(runUrl === undefined ? {} : { url: runUrl }),
      annotations: { missionId: view.missionId, eventId: fact.eventId, command: result.command, trusted },
    })
  })
  const summary = summaryOf(view)
  const others = [...approvals, ...tests, ...(summary ? [summary] : [])]
  const mission = statement(subjects, missionPredicate, {
    missionId: view.missionId,
    status: outcomeOf(view),
    planDigest: plan?.payload.planDigest ?? null,
    events: view.events.length,
    statements: 1 + others.length,
    log: { origin: pack.origin, treeSize: pack.treeSize, rootHash: pack.rootHash },
  })
  return [mission, ...others]
}
