import type { Git } from '../core/dte/trees/git.ts'
import type { App } from './app.ts'
import type { Run } from './github.ts'
import type { Inputs } from './inputs.ts'

/** An annotation: on a line of a file where it has one. */
export interface Finding {
  kind: 'error' | 'warning' | 'notice'
  title: string
  message: string
  file?: string
  line?: number
  column?: number
}

export const outputNames = [
  'passed',
  'plan-digest',
  'result-tree',
  'tree-matches',
  'mutation-score',
  'audit-pack',
  'audit-pack-sha256',
  'report',
] as const

export interface Outcome {
  passed: boolean
  /** Not passed yet, and no failure either: there is more to come. */
  pending?: boolean
  outputs: Partial<Record<Exclude<(typeof outputNames)[number], 'passed'>, string>>
  /** Markdown for the job summary, verdict first. */
  summary: string
  findings: Finding[]
}

/** What a mode works with. */
export interface Job {
  inputs: Inputs
  run: Run
  env: NodeJS.ProcessEnv
  /** git in the checkout. */
  git: Git
  /** Where `app-url` is given. */
  app?: App
  log: {
    info(line: string): void
    /** Hides a value wherever the log would show it. */
    mask(secret: string): void
    /** Lines of one step, folded away. */
    group<T>(title: string, work: () => Promise<T>): Promise<T>
    /** Output of somebody else's program: nothing in it is a command to the runner. */
    foreign<T>(work: (show: (chunk: Uint8Array) => void) => Promise<T>): Promise<T>
  }
}

/** One value of the input `mode`. */
export interface Mode {
  name: Inputs['mode']
  run(job: Job): Promise<Outcome>
}
