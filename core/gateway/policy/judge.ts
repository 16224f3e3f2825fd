import type { Actor, Finding, PreflightContext, Violation } from '../../contracts/index.ts'
import type { Subject } from './rules.ts'

/** Judges content beside the policy. */
export interface ContentJudge {
  /** Names its violations. */
  name: string
  /** What is wrong; nothing where it may leave. What it throws is a denial. */
  judge(
    subject: Subject & { findings: readonly Finding[]; context: PreflightContext; caller: Actor },
  ): Promise<Violation[]> | Violation[]
}
