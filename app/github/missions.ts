import type { MissionRecord } from '../../core/orchestrator/types.ts'

/** The mission that speaks for a pull request: the open one, else the latest. `records` come oldest first. */
export const pickMission = (records: readonly MissionRecord[]): MissionRecord | undefined =>
  records.findLast((record) => record.mission.status === 'open') ?? records.at(-1)
