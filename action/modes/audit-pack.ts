import { sha256Hex } from '../../core/platform/canonical.ts'
import { AtomicError, isAtomicError } from '../../core/platform/errors.ts'
import { canUpload, uploadZip } from '../artifact.ts'
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

async function writePack(job: Job): Promise<Outcome> {
  const { app, run, env } = job
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
  const uploaded = failed.length === 0 ? await upload(job, pack) : []
  const rows = checks.map(({ name, verdict, detail }) => [code(name), plain(verdict), plain(detail)])
  return {
    passed: failed.length === 0 && !uploaded.some(({ kind }) => kind === 'error'),
    outputs: { 'audit-pack': path, 'audit-pack-sha256': sha256Hex(pack) },
    summary: [
      `## ${failed.length === 0 ? '✅ The audit pack holds what it claims' : '❌ The audit pack does not hold what it claims'}`,
      '',
      ...(unpinned
        ? [
            '> ⚠️ The log’s key is not pinned, so the pack vouches for itself: set <code>ATOMIC_LOG_VKEY</code> in the environment of this step.',
            '',
          ]
        : []),
      table(['Check', 'Verdict', 'Detail'], rows),
    ].join('\n'),
    findings: [
      ...failed.map(({ name, detail }): Finding => ({ kind: 'error', title: `Audit pack: ${name}`, message: detail })),
      ...uploaded,
    ],
  }
}

/** Fetches the audit pack of the mission, checks it offline, and leaves it as an artifact. */
export const auditPack: Mode = { name: 'audit-pack', run: writePack }
