import { executeCheck } from './execute.ts'
import { finalizeCheck } from './finalize.ts'
import { planCheck } from './plan.ts'
import { verifyCheck } from './verify.ts'
import type { CheckView, MissionView } from './view.ts'

/** The four check runs of a mission. To change one: its file. */
export const missionChecks = (view: MissionView): CheckView[] => [
  planCheck(view),
  executeCheck(view),
  verifyCheck(view),
  finalizeCheck(view),
]
