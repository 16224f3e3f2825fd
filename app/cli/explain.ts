import type { Command } from 'commander'
import { effectiveConfig, parseConfig } from '../../core/orchestrator/approvals/config.ts'
import { explain } from '../../core/orchestrator/approvals/explain.ts'
import { print, readGiven } from './io.ts'
import { UsageError } from './messages.ts'

export function define(command: Command): void {
  command
    .requiredOption('--config <file>', 'a configuration such as .github/atomic.yml')
    .requiredOption('--facts <file>', 'facts of a pull request, JSON')
    .option('--json', 'the whole answer as JSON')
    .action(async ({ config, facts, json }: { config: string; facts: string; json?: boolean }) => {
      const settings = effectiveConfig(parseConfig(await readGiven(config), config))
      const answer = explain(settings, parseFacts(await readGiven(facts), facts))
      print(json ? answer : answer.text)
    })
}

function parseFacts(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${file} is not valid JSON.`)
  }
}
