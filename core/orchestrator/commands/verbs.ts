/** The verbs of the comment grammar, in the order help shows them. To add one: one line here. */

export interface VerbSpec {
  verb: string
  /** How it is written, after `/atomic`. */
  usage: string
  summary: string
  /** What may follow the verb, in order. */
  takes: readonly ('checkpoint' | 'checkpoint?' | 'sha?' | 'batch?')[]
  flags: readonly 'reason'[]
}

const spec = <const S extends VerbSpec>(s: S): S => s

// biome-ignore format: one line a verb
export const verbs = [
  spec({ verb: 'help', usage: 'help', summary: 'show these commands', takes: [], flags: [] }),
  spec({ verb: 'status', usage: 'status', summary: 'say where the mission stands and who must act', takes: [], flags: [] }),
  spec({ verb: 'plan', usage: 'plan', summary: 'plan the ChangeSpec anew on the current head', takes: [], flags: [] }),
  spec({ verb: 'approve', usage: 'approve CHECKPOINT [SHA]', summary: 'approve a checkpoint, bound to the head (SHA: 7–40 hex digits)', takes: ['checkpoint', 'sha?'], flags: [] }),
  spec({ verb: 'reject', usage: 'reject CHECKPOINT [--reason "…"]', summary: 'reject a checkpoint; this ends the mission', takes: ['checkpoint'], flags: ['reason'] }),
  spec({ verb: 'revoke', usage: 'revoke CHECKPOINT', summary: 'withdraw your approval', takes: ['checkpoint'], flags: [] }),
  spec({ verb: 'execute', usage: 'execute', summary: 'land the planned batches', takes: [], flags: [] }),
  spec({ verb: 'verify', usage: 'verify', summary: 'check what landed', takes: [], flags: [] }),
  spec({ verb: 'finalize', usage: 'finalize', summary: 'write the audit pack and close the mission', takes: [], flags: [] }),
  spec({ verb: 'rollback', usage: 'rollback [BATCH|all]', summary: 'roll back the last batch, a named one, or all', takes: ['batch?'], flags: [] }),
  spec({ verb: 'retry', usage: 'retry [CHECKPOINT]', summary: 'run the current checkpoint’s work again', takes: ['checkpoint?'], flags: [] }),
  spec({ verb: 'export', usage: 'export', summary: 'link the audit pack', takes: [], flags: [] }),
  spec({ verb: 'cancel', usage: 'cancel', summary: 'end the mission without a verdict', takes: [], flags: [] }),
] as const

export type Verb = (typeof verbs)[number]['verb']

const byName = new Map<string, VerbSpec & { verb: Verb }>(verbs.map((v) => [v.verb, v]))

export const verbSpec = (name: string): (VerbSpec & { verb: Verb }) | undefined => byName.get(name)
