import type { Command } from 'commander'
import { UsageError } from './messages.ts'

export function define(command: Command): void {
  command
    .option('--repo <dir>', 'a git repository of your own, instead of zod')
    .option('--spec <file>', 'the ChangeSpec for it')
    .option('--out <dir>', 'where the audit pack is put', '.')
    .option('--keep', 'leave the server up until Ctrl-C')
    .action(async (options: { repo?: string; spec?: string; out: string; keep?: boolean }) => {
      if ((options.repo === undefined) !== (options.spec === undefined))
        throw new UsageError('--repo and --spec go together: a repository, and the ChangeSpec to carry out in it.')
      // The GitHub it plays on is the one of the tests; nothing else of the app knows it.
      const { runDemo } = await import('../../test/demo/run.ts')
      process.exitCode = await runDemo(options)
    })
}
