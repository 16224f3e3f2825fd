import type { CheckpointName } from '../../core/contracts/index.ts'
import { markOf } from '../../core/orchestrator/approvals/counting.ts'
import type { Command } from '../../core/orchestrator/commands/grammar.ts'
import { serviceContext } from '../../core/orchestrator/deps.ts'
import type { Orchestrator } from '../../core/orchestrator/orchestrator.ts'
import type { MissionRecord } from '../../core/orchestrator/types.ts'
import { AtomicError, isAtomicError } from '../../core/platform/errors.ts'
import type { PageOrder } from '../github/shell.ts'
import type { Visitor } from './door.ts'

/** What a form of the mission page asks for. */
export interface Wish {
  verb: 'approve' | 'reject' | 'retry' | 'rollback' | 'emergency'
  checkpoint: CheckpointName
  batch?: string
  reason?: string
  /** What the page showed: `markOf` then. */
  mark: string
}

export interface Said {
  text: string
  refused: boolean
}

/** May these buttons do anything for this visitor? On a pull request, for people who signed in; elsewhere for who brings a token. */
export const mayAct = ({ session }: Visitor, { pull, mission }: MissionRecord): boolean =>
  (session !== undefined) === (pull !== undefined) && mission.status !== 'cancelled' && mission.status !== 'rejected'

const commandOf = ({ verb, checkpoint, batch, reason }: Wish): Command => {
  if (verb === 'rollback') return { verb, ...(batch === undefined ? {} : { batch }), ...(reason ? { reason } : {}) }
  if (verb === 'emergency') return { verb: 'approve', checkpoint }
  return { verb, checkpoint, ...(verb === 'reject' && reason ? { reason } : {}) }
}

/** Does it, by the same way as a comment or a request would. @throws AtomicError where it cannot even be tried. */
export async function act(
  orchestrator: Orchestrator,
  press: ((order: PageOrder, command: Command) => Promise<{ said: string | undefined; refused: boolean }>) | undefined,
  visitor: Visitor,
  record: MissionRecord,
  wish: Wish,
): Promise<Said> {
  if (!mayAct(visitor, record)) throw new AtomicError('NOT_ALLOWED', 'Here you can look, and not decide.')
  if (record.pull && press) {
    const { said, refused } = await press(
      {
        pull: record.pull,
        login: visitor.login,
        ...(wish.verb === 'approve' || wish.verb === 'emergency' ? { mark: wish.mark } : {}),
        ...(wish.verb === 'emergency' ? { emergency: wish.reason ?? '' } : {}),
      },
      commandOf(wish),
    )
    return { text: said?.replace(/`/g, '').replace(/\\(.)/g, '$1') ?? 'Done.', refused }
  }
  try {
    await plainly(orchestrator, visitor, record, wish)
    return { text: 'Done.', refused: false }
  } catch (error) {
    if (!isAtomicError(error) || error.status >= 500) throw error
    return { text: `${error.message} ${error.next}`, refused: true }
  }
}

/** A mission that is on no pull request: as its REST calls would. */
async function plainly(orchestrator: Orchestrator, visitor: Visitor, record: MissionRecord, wish: Wish): Promise<void> {
  const { missionId, planDigest } = record.mission
  const scopes = visitor.login === 'local' ? ['admin'] : []
  const ctx = { ...serviceContext(missionId), caller: { login: visitor.login, type: 'human' as const, scopes } }
  switch (wish.verb) {
    case 'approve':
    case 'reject': {
      if (wish.verb === 'approve' && wish.mark !== markOf(record, wish.checkpoint))
        throw new AtomicError('PLAN_CHANGED', 'What this page showed has changed since: look again.')
      const body = {
        actor: { login: visitor.login, type: 'human' as const },
        decision: wish.verb,
        ...(planDigest === undefined ? {} : { planDigest }),
        ...(wish.reason ? { comment: wish.reason } : {}),
      }
      await orchestrator.service.approve({ params: { id: missionId, name: wish.checkpoint }, body }, ctx)
      return
    }
    case 'rollback':
      await orchestrator.rollback(
        missionId,
        wish.batch ?? 'all',
        { login: visitor.login, type: 'human' },
        wish.reason || 'Asked for on the mission page.',
      )
      return
    case 'retry':
      await orchestrator.retry(missionId, wish.checkpoint)
      return
    case 'emergency':
      throw new AtomicError('NOT_ALLOWED', 'There is no emergency override without a repository’s policy.')
  }
}
