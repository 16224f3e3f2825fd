import type { CheckpointName } from '../../../core/contracts/index.ts'
import type { MissionRecord } from '../../../core/orchestrator/types.ts'

/** All that a rendering reads. */
export interface MissionView {
  record: MissionRecord
  /** As much of the diff as fits, and how many lines do not; absent where the gateway withholds it. */
  diff?: { shown: string; left: number }
  /** Address of the mission's page. */
  page?: string
}

export interface Annotation {
  path: string
  start_line: number
  end_line: number
  annotation_level: 'notice' | 'warning' | 'failure'
  title: string
  message: string
}
export interface Button {
  /** At most 20 characters. */
  label: string
  /** At most 20 characters. */
  identifier: string
  /** At most 40 characters. */
  description: string
}
export type Conclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'action_required'

/** What a check run says. */
export interface CheckView {
  name: CheckpointName
  status: 'queued' | 'in_progress' | 'completed'
  conclusion?: Conclusion
  title: string
  summary: string
  text?: string
  annotations: Annotation[]
  buttons: Button[]
}
