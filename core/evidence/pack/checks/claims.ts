import {
  type Claim,
  judgeApprovals,
  judgeIndependence,
  judgeLanding,
  judgePlan,
  judgeRecord,
  judgeTests,
} from '../../claims.ts'
import type { MissionView } from '../../mission-view.ts'
import { type Check, need, parseJson } from '../check.ts'

const claim = (name: string, judge: (view: MissionView) => Claim): Check => ({
  name,
  run: ({ view }) => judge(need(view, 'the log')),
})

const planCheck: Check = {
  name: 'plan',
  async run({ view, archive }) {
    const has = archive.entries.has('changespec.json')
    return judgePlan(
      need(view, 'the log'),
      has ? parseJson((await archive.read('changespec.json')).toString(), 'changespec.json') : undefined,
    )
  },
}

/** What the record says of the mission itself. */
export const claimChecks: readonly Check[] = [
  claim('record', judgeRecord),
  planCheck,
  claim('approvals', judgeApprovals),
  claim('independence', judgeIndependence),
  claim('landing', judgeLanding),
  claim('tests', judgeTests),
]
