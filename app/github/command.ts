import type { Command } from '../../core/orchestrator/commands/grammar.ts'
import type { Verb } from '../../core/orchestrator/commands/verbs.ts'
import type { Approval, MissionRecord } from '../../core/orchestrator/types.ts'
import type { GitHub } from './client.ts'
import type { Parts } from './parts.ts'
import type { Sender } from './permissions.ts'
import type { PullRequest } from './pull-request.ts'
import type { Said } from './said.ts'

/** What a command finds when it runs: everything as it stands right now. */
export interface CommandContext {
  parts: Parts
  github: GitHub
  pull: PullRequest
  /** The mission that speaks for the pull request. */
  record: MissionRecord | undefined
  sender: Sender
  via: Approval['via']
  reference: string
  /** Head that the command was given on, where the place names one. */
  sha?: string
  /** The words that it was given with; buttons have none. */
  said?: Said
  /** What the pressed button stood for. */
  mark?: string
  /** Decides alone, for this reason. */
  emergency?: string
}

/** One verb. What it refuses, it throws as an AtomicError; what it answers is shown in the mission's comment. */
export interface CommandHandler {
  verb: Verb
  /** `decider`: policy says who may. `writer`: write access to the repository. `author`: that, or who opened the pull request. */
  needs: 'decider' | 'writer' | 'author'
  /** Not even an app that the configuration lists. */
  peopleOnly?: true
  run(context: CommandContext, command: Command): Promise<string | undefined>
}
