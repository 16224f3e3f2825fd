import type { Command } from 'commander'
import { parseCommands } from '../../core/orchestrator/commands/grammar.ts'
import { hint } from '../../core/orchestrator/commands/help.ts'
import { print, readInput, say } from './io.ts'

export function define(command: Command): void {
  command.option('--json', 'the answer is JSON in any case').action(async () => {
    const markdown = await readInput('a comment')
    const parsed = parseCommands(markdown)
    print(parsed)
    if (parsed.kind !== 'error') return
    say(hint(markdown, parsed.code).message)
    process.exitCode = 1
  })
}
