import { sha256Hex } from '../../core/platform/canonical.ts'
import { AtomicError, isAtomicError } from '../../core/platform/errors.ts'
import { canUpload, uploadZip } from '../artifact.ts'
import { attestationWish, attestPack, type Pack } from '../attest.ts'
import { findRange } from '../base.ts'
import { leave } from '../leave.ts'
import { code, plain, table } from '../markdown.ts'
import type { Finding, Job, Mode, Outcome } from '../mode.ts'

const artifactName = 'atomic-audit-pack'

async function upload(job: Job, pack: Uint8Array): Promise<Finding[]> {
  if (!job.inputs['upload-artifact']) return []
  if (!canUpload(job.env)) {
    const message =
      'This runner takes no artifacts from an action; upload the path in the output "audit-pack" by a step.'
    return [{ kind: 'notice', title: 'Not uploaded', message }]
  }
  try {
    await uploadZip(artifactName, pack, { env: job.env, mask: job.log.mask })
    return []
  } catch (error) {
    if (!isAtomicError(error)) throw error
    return [{ kind: 'error', title: 'Not uploaded', message: error.message }]
  }
}

/** A line for the summary, and what there is to say of a pack that is not attested. */
async function attest(job: Job, pack: Pack): Promise<{ line?: string; findings: Finding[] }> {
  const wish = attestationWish(job.env)
  if (wish === 'off') return { findings: [] }
  const done = await job.log.group('Attest the audit pack', () => attestPack(job, pack))
  if ('why' in done) {
    const kind = wish === 'required' ? 'error' : 'notice'
    return { findings: [{ kind, title: 'Not attested', message: done.why }] }
  }
  leave(job.run, `${artifactName}.sigstore.json`, JSON.stringify(done.bundle))
  return { line: `Attested by this workflow: ${done.url}\n`, findings: [] }
}

async function writePack(job: Job): Promise<Outcome> {
  const { app, run, env } = job
  attestationWish(env)
  if (app === undefined)
    throw new AtomicError('INVALID_REQUEST', 'The mode audit-pack needs "app-url": the app keeps the evidence.')
  const range = await findRange(job.git, run, job.inputs)
  const missionId = range.landings[0]?.missionId
  if (missionId === undefined) throw new AtomicError('NOT_FOUND', 'No commit of Atomic’s names a mission here.')
  const pack = await app.pack(missionId)
  const path = leave(run, `${artifactName}.zip`, pack)
  const { verifyAuditPack } = await import('../../core/evidence/pack/verify.ts')
  const { checks } = await verifyAuditPack(path, { keys: env.ATOMIC_LOG_VKEY ? [env.ATOMIC_LOG_VKEY] : [] })
  const failed = checks.filter(({ verdict }) => verdict === 'fail')
  const unpinned = checks.some(({ verdict }) => verdict === 'KEY_NOT_PINNED')
  const sha256 = sha256Hex(pack)
  const uploaded = failed.length === 0 ? await upload(job, pack) : []
  const attested =
    failed.length === 0
      ? await attest(job, { name: `${artifactName}.zip`, sha256, missionId, checks })
      : { findings: [] }
  const findings = [...uploaded, ...attested.findings]
  const rows = checks.map(({ name, verdict, detail }) => [code(name), plain(verdict), plain(detail)])
  return {
    passed: failed.length === 0 && !findings.some(({ kind }) => kind === 'error'),
    outputs: { 'audit-pack': path, 'audit-pack-sha256': sha256 },
    summary: [
      `## ${failed.length === 0 ? '✅ The audit pack holds what it claims' : '❌ The audit pack does not hold what it claims'}`,
      '',
      ...(unpinned
        ? [
            '> ⚠️ The log’s key is not pinned, so the pack vouches for itself: set <code>ATOMIC_LOG_VKEY</code> in the environment of this step.',
            '',
          ]
        : []),
      ...(attested.line === undefined ? [] : [attested.line]),
      table(['Check', 'Verdict', 'Detail'], rows),
    ].join('\n'),
    findings: [
      ...failed.map(({ name, detail }): Finding => ({ kind: 'error', title: `Audit pack: ${name}`, message: detail })),
      ...findings,
    ],
  }
}

/** Fetches the audit pack of the mission, checks it offline, leaves it as an artifact, and attests it. */
export const auditPack: Mode = { name: 'audit-pack', run: writePack }
