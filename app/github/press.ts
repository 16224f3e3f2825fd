import type { Command } from '../../core/orchestrator/commands/grammar.ts'
import { answer } from './answer.ts'
import type { Parts } from './parts.ts'
import { isAgent, type Order, runCommand } from './run-command.ts'

const collection = 'github-presses'

/** A button of a check run. GitHub shows buttons to people with write access; who presses is asked again all the same. */
export async function press(parts: Parts, delivery: string, order: Order, command: Command): Promise<void> {
  if (isAgent(order.sender) || (await parts.store.get(collection, delivery))) return
  const github = await parts.githubFor(order.pull.installationId)
  const { said } = await runCommand(parts, github, order, command)
  if (said !== undefined) await answer(parts, github, order, said)
  await parts.store.commit([{ put: { collection, key: delivery, value: true } }])
}
