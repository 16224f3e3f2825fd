import type { Command } from 'commander'

/** A command: one file in this folder and one line here. */
export interface CliCommand {
  name: string
  summary: string
  load: () => Promise<{ define: (command: Command) => void }>
}

// biome-ignore format: one line a command
export const commands: readonly CliCommand[] = [
  { name: 'serve', summary: 'the app and all services, settings from the environment', load: () => import('./serve.ts') },
  { name: 'demo', summary: 'a whole mission on a GitHub that runs on this machine', load: () => import('./demo.ts') },
  { name: 'plan', summary: 'preview a ChangeSpec on the working tree: diff, forecast, plan digest', load: () => import('./plan.ts') },
  { name: 'apply', summary: 'carry a ChangeSpec out in the working tree', load: () => import('./apply.ts') },
  { name: 'verify', summary: 'check the working tree against a ChangeSpec and its invariants', load: () => import('./verify.ts') },
  { name: 'mission', summary: 'mission run: all four checkpoints on the working tree', load: () => import('./mission.ts') },
  { name: 'redact', summary: 'standard input to standard output, redacted', load: () => import('./redact.ts') },
  { name: 'parse-comment', summary: 'what the commands in a comment on standard input mean', load: () => import('./parse-comment.ts') },
  { name: 'explain', summary: 'who must approve what, and why: a configuration and the facts of a pull request', load: () => import('./explain.ts') },
  { name: 'report', summary: 'cost (--cost) and compliance (--framework) reports', load: () => import('./report.ts') },
  { name: 'export', summary: 'write the audit pack of a mission', load: () => import('./export.ts') },
  { name: 'verify-pack', summary: 'check an audit pack offline', load: () => import('./verify-pack.ts') },
  { name: 'key', summary: 'the keys of the evidence log: key new, key show', load: () => import('./key.ts') },
  { name: 'log', summary: 'the evidence log: log anchor, anchors, export, import, why', load: () => import('./log.ts') },
  { name: 'webhook', summary: 'budget alerts that were sent: webhook replay', load: () => import('./webhook.ts') },
]
