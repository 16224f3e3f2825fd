import type { Command } from '../../core/orchestrator/commands/grammar.ts'
import { AtomicError, isAtomicError } from '../../core/platform/errors.ts'
import type { GitHub } from './client.ts'
import type { CommandContext, CommandHandler } from './command.ts'
import { handlers } from './commands/list.ts'
import { pickMission } from './missions.ts'
import type { Parts } from './parts.ts'
import { canWrite, type Sender } from './permissions.ts'
import { type PullName, type PullRequest, readPull } from './pull-request.ts'
import { code, text } from './render/escape.ts'
import type { Said } from './said.ts'

/** Who wants something done on a pull request, and where they said so. */
export interface Order {
  pull: PullName
  sender: Sender
  via: CommandContext['via']
  /** Names the place: `comment:1`, `review:1`, `review-comment:1`, `check-run:1`. */
  reference: string
  /** The words that it was said with; buttons have none. */
  said?: Said
  /** Head that it was said about, where the place names one. */
  sha?: string
  /** What the pressed button stood for. */
  mark?: string
  /** Decides alone, for this reason. */
  emergency?: string
}

export const isAgent = (sender: Sender): boolean => sender.bot || sender.app !== undefined

/** Runs one command on what stands now. What it refuses is told, as Markdown; what may pass is thrown. */
export async function runCommand(
  parts: Parts,
  github: GitHub,
  order: Order,
  command: Command,
): Promise<{ said: string | undefined; refused: boolean }> {
  const { sender, via, reference, sha, said, mark, emergency } = order
  const handler = handlers.get(command.verb)!
  try {
    const pull = await readPull(github, order.pull)
    const record = pickMission(await parts.orchestrator.ofPull(pull.owner, pull.repo, pull.number))
    await mayRun(github, pull, handler, sender)
    const context: CommandContext = {
      parts,
      github,
      pull,
      record,
      sender,
      via,
      reference,
      ...(sha === undefined ? {} : { sha }),
      ...(said === undefined ? {} : { said }),
      ...(mark === undefined ? {} : { mark }),
      ...(emergency === undefined ? {} : { emergency }),
    }
    return { said: await handler.run(context, command), refused: false }
  } catch (error) {
    if (!isAtomicError(error) || passing(error)) throw error
    return { said: `${code(`/atomic ${command.verb}`)}: ${text(error.message)} ${text(error.next)}`, refused: true }
  }
}

/** What trying again can mend is the queue's to repeat. */
const passing = (error: AtomicError): boolean =>
  error.status >= 500 || error.code === 'RATE_LIMITED' || error.code === 'VERSION_CONFLICT'

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

async function mayRun(github: GitHub, pull: PullRequest, handler: CommandHandler, sender: Sender): Promise<void> {
  if (isAgent(sender) && handler.peopleOnly) throw new AtomicError('NOT_ALLOWED', `${handler.verb} is for people.`)
  if (handler.needs === 'decider' || isAgent(sender)) return
  if (handler.needs === 'author' && same(sender.login, pull.author.login)) return
  if (await canWrite(github, pull, sender.login)) return
  throw new AtomicError('NOT_ALLOWED', `${handler.verb} needs write access to the repository.`)
}

/** Those who hear why something was refused; others see the reaction alone. */
export const mayAct = async (github: GitHub, pull: PullRequest, sender: Sender): Promise<boolean> =>
  isAgent(sender) || same(sender.login, pull.author.login) || canWrite(github, pull, sender.login)
