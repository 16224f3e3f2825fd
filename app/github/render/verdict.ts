import type { CheckpointName } from '../../../core/contracts/index.ts'
import { markOf } from '../../../core/orchestrator/approvals/counting.ts'
import type { MissionRecord } from '../../../core/orchestrator/types.ts'
import type { Standing } from './standing.ts'
import type { Button, CheckView } from './view.ts'

const states: Record<Standing, Pick<CheckView, 'status' | 'conclusion'>> = {
  'not yet': { status: 'queued' },
  working: { status: 'in_progress' },
  'asks a person': { status: 'completed', conclusion: 'action_required' },
  approved: { status: 'completed', conclusion: 'success' },
  done: { status: 'completed', conclusion: 'success' },
  failed: { status: 'completed', conclusion: 'failure' },
  rejected: { status: 'completed', conclusion: 'failure' },
  ended: { status: 'completed', conclusion: 'cancelled' },
}

export const stateOf = (standing: Standing): Pick<CheckView, 'status' | 'conclusion'> => states[standing]

/** What a person can press, where one is asked or something failed. */
export function buttonsFor(record: MissionRecord, name: CheckpointName, standing: Standing): Button[] {
  if (standing === 'asks a person')
    return [
      {
        label: `Approve ${name}`,
        identifier: `approve-${markOf(record, name)}`,
        description: `Approve ${name} as it stands here`,
      },
      { label: `Reject ${name}`, identifier: 'reject', description: 'Reject it; this ends the mission' },
    ]
  if (standing === 'failed')
    return [{ label: `Retry ${name}`, identifier: 'retry', description: `Run the work of ${name} again` }]
  return []
}
