import type { Command } from 'commander'

/** A command: one file in this folder and one line here. */
export interface CliCommand {
  name: string
  summary: string
  load: () => Promise<{ define: (command: Command) => void }>
}

export const commands: readonly CliCommand[] = [
  {
    name: 'serve',
    summary: 'the app and all services, settings from the environment',
    load: () => import('./serve.ts'),
  },
]
