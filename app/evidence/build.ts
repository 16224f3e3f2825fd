import { join } from 'node:path'
import type { Anchor } from '../../core/evidence/anchor.ts'
import { gitAnchor } from '../../core/evidence/anchors/git.ts'
import { timestampAnchor } from '../../core/evidence/anchors/timestamp.ts'
import { witnessAnchor } from '../../core/evidence/anchors/witness.ts'
import { logKeys } from '../../core/evidence/log/key-file.ts'
import { type NoteSigner, type NoteVerifier, parseLogKey } from '../../core/evidence/log/keys.ts'
import { createEvidenceService, type Evidence, type EvidenceOptions } from '../../core/evidence/service.ts'
import type { Config } from '../config.ts'
import { isLoopback } from '../settings.ts'
import { postBytes } from './post-bytes.ts'

type EvidenceConfig = Pick<Config, 'dataDir' | 'logKey' | 'retiredKeys' | 'logName' | 'anchors' | 'host'>

/** Where the key of the evidence log is, where the settings bring none. */
export const logKeyFile = ({ dataDir }: Pick<Config, 'dataDir'>): string => join(dataDir, 'keys', 'log.key')

/** The log's keys: those that sign, and those that have signed before. */
export function logKeysOf(config: EvidenceConfig): { signers: NoteSigner[]; retired: NoteVerifier[] } {
  const signers = logKeys({
    ...(config.logKey === undefined ? {} : { text: config.logKey }),
    file: logKeyFile(config),
    name: config.logName,
  })
  return { signers, retired: (config.retiredKeys?.split(/\s+/).filter(Boolean) ?? []).map(parseLogKey) }
}

function anchorsOf({ anchors, host }: EvidenceConfig): Anchor[] {
  if (anchors === undefined) return []
  // Like webhooks: the loopback is for development, where the server itself is nowhere else.
  const post = postBytes({ allowLoopback: isLoopback(host) })
  return [
    ...anchors.witnesses.map((place) => witnessAnchor(place, post)),
    ...anchors.timestamps.map((place) => timestampAnchor(place, post)),
    ...(anchors.git === undefined ? [] : [gitAnchor(anchors.git)]),
  ]
}

/** The evidence log as the settings have it. */
export function buildEvidence(
  config: EvidenceConfig,
  ports: Pick<EvidenceOptions, 'store' | 'blobs' | 'clock' | 'merges'>,
): Evidence {
  return createEvidenceService({
    ...ports,
    keys: logKeysOf(config),
    origin: config.logName,
    anchors: anchorsOf(config),
  })
}
