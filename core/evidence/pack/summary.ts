import type { Statement } from '../attest.ts'
import { type Claim, judgeApprovals, judgeIndependence, judgeLanding, judgeRecord, judgeTests } from '../claims.ts'
import { lastBefore, type MissionView } from '../mission-view.ts'

const summaryPredicate = 'https://slsa.dev/verification_summary/v1'

/** Properties of the source that a claim stands for, as SLSA lets an organisation name its own. */
const properties: [string, (view: MissionView) => Claim][] = [
  ['ORG_SOURCE_ATOMIC_RECORDED', judgeRecord],
  ['ORG_SOURCE_ATOMIC_APPROVED', judgeApprovals],
  ['ORG_SOURCE_ATOMIC_INDEPENDENTLY_APPROVED', judgeIndependence],
  ['ORG_SOURCE_ATOMIC_LANDED_AS_APPROVED', judgeLanding],
  ['ORG_SOURCE_ATOMIC_VERIFIED', judgeTests],
]

/**
 * The verification summary of a completed mission (https://slsa.dev/spec/v1.2/verification_summary),
 * of the landed revision as SLSA's source track wants it. Only claims that hold are named; of
 * SLSA's own levels no more is claimed than the record shows: that a revision under version control
 * was made.
 */
export function summaryOf(view: MissionView): Statement | undefined {
  const end = lastBefore(view, 'mission.completed')
  const { resultTree, commit } = end?.payload ?? {}
  if (!end || !(resultTree || commit)) return undefined
  const source = view.of('mission.created')[0]?.payload.source
  const { host = 'github.com', owner, repo, ref } = source ?? {}
  const hosted = source?.kind === 'repository' && owner !== undefined && repo !== undefined
  const claims = properties.map(([name, judge]) => ({ name, ...judge(view) }))
  const policy = lastBefore(view, 'mission.planned')?.payload.policy.digest
  const sha256 = /^sha256:([0-9a-f]{64})$/.exec(policy ?? '')?.[1]
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      ...(commit ? [{ name: 'commit', digest: { gitCommit: commit } }] : []),
      ...(resultTree ? [{ name: 'tree', digest: { gitTree: resultTree } }] : []),
    ],
    predicateType: summaryPredicate,
    predicate: {
      verifier: { id: 'urn:atomic:verifier' },
      timeVerified: end.recordedAt,
      resourceUri: hosted
        ? `git+https://${host}/${owner}/${repo}${ref === undefined ? '' : `@${ref}`}`
        : `urn:atomic:mission:${encodeURIComponent(view.missionId)}`,
      policy: { uri: 'urn:atomic:policy', ...(sha256 === undefined ? {} : { digest: { sha256 } }) },
      verificationResult: claims.some((c) => c.verdict === 'fail') ? 'FAILED' : 'PASSED',
      verifiedLevels: [
        ...(hosted && commit ? ['SLSA_SOURCE_LEVEL_1'] : []),
        ...claims.filter((c) => c.verdict === 'pass').map((c) => c.name),
      ],
      slsaVersion: '1.2',
    },
  }
}
