import { type Claim, judgeApprovals, judgeIndependence, judgeLanding, judgeRecord, judgeTests } from '../claims.ts'
import type { MissionView } from '../mission-view.ts'

export type Framework = 'soc2' | 'iso27001' | 'ssdf' | 'ai-act'

export interface Rule {
  id: string
  title: string
  /** What the control is judged by; absent where nothing recorded here can judge it. */
  judges: readonly ((view: MissionView) => Claim)[]
  basis: string
  /** Judged by reconciling merges with missions, where they can be read. */
  population?: true
}

const authorized = {
  judges: [judgeApprovals, judgeIndependence],
  basis: 'Approvals of the plan digest before each batch, by people other than the proposer.',
}
const tested = { judges: [judgeTests], basis: 'Trusted verification of the tree that landed.' }
const asApproved = { judges: [judgeLanding], basis: 'The tree that landed is the tree that was approved.' }
const recorded = { judges: [judgeRecord], basis: 'A record without gaps in a signed, append-only log.' }
const elsewhere = { judges: [], basis: 'Nothing in the log speaks of it: it has to be shown by other means.' }

const everyChange = {
  judges: [],
  basis: 'Merges could not be read here (no GitHub App): it has to be shown by other means.',
  population: true,
} as const

/**
 * Which controls the record of missions can speak to: SOC 2 (Trust Services Criteria 2017),
 * ISO/IEC 27001:2022 Annex A, NIST SP 800-218 (SSDF 1.1), Regulation (EU) 2024/1689.
 */
export const rules: Record<Framework, Rule[]> = {
  soc2: [
    { id: 'CC8.1-authorize', title: 'Changes are authorized before they are implemented', ...authorized },
    { id: 'CC8.1-test', title: 'Changes are tested', ...tested },
    { id: 'CC8.1-implement', title: 'What was approved is what was implemented', ...asApproved },
    { id: 'CC8.1-document', title: 'Changes are documented', ...recorded },
    { id: 'CC8.1-population', title: 'Every change went through the process', ...everyChange },
  ],
  iso27001: [
    { id: 'A.8.32-authorization', title: 'Authorization of changes', ...authorized },
    { id: 'A.8.32-testing', title: 'Tests of changes and their acceptance', ...tested },
    { id: 'A.8.32-implementation', title: 'Implementation according to plan', ...asApproved },
    { id: 'A.8.32-records', title: 'Records of changes', ...recorded },
    { id: 'A.8.32-population', title: 'Every change is subject to change management', ...everyChange },
    { id: 'A.8.32-emergency', title: 'Emergency and contingency arrangements', ...elsewhere },
  ],
  ssdf: [
    { id: 'PS.1.1', title: 'Code is protected from unauthorized change', ...authorized },
    { id: 'PS.3.2', title: 'Provenance data is kept for what is released', ...recorded },
    { id: 'PW.7.2', title: 'Code is reviewed', ...authorized },
    { id: 'PW.7.2-population', title: 'All code is reviewed', ...everyChange },
    { id: 'PW.8.2', title: 'Code is tested', ...tested },
    { id: 'RV.1.1', title: 'Information on vulnerabilities is gathered', ...elsewhere },
  ],
  'ai-act': [
    { id: 'Art.12', title: 'Record-keeping: events are logged automatically', ...recorded },
    { id: 'Art.14', title: 'Human oversight', ...authorized },
    { id: 'Art.12-population', title: 'Record-keeping: no change went around the log', ...everyChange },
    { id: 'Art.15', title: 'Accuracy and robustness are tested', ...tested },
    { id: 'Art.10', title: 'Data and data governance', ...elsewhere },
  ],
}
