import { type Command, parseCommands } from '../../core/orchestrator/commands/grammar.ts'
import { hint } from '../../core/orchestrator/commands/help.ts'
import { isAtomicError } from '../../core/platform/errors.ts'
import { answer, clearNotice } from './answer.ts'
import { type GitHub, orAbsent } from './client.ts'
import type { Parts } from './parts.ts'
import { code, text } from './render/escape.ts'
import { readConfig } from './repository-config.ts'
import { isAgent, type Order, runCommand } from './run-command.ts'
import { readSaid } from './said.ts'

/** Words of somebody on a pull request, and the place where they stand. */
export interface Words extends Order {
  body: string
  /** The place's node id. */
  node: string
  react(github: GitHub, content: 'eyes' | 'rocket' | 'confused'): Promise<unknown>
}

/** How far the commands of a comment have come: a repeated delivery does none of them twice. */
interface Progress {
  done: number
  refused: boolean
  finished: boolean
  said: string[]
}
const collection = 'github-commands'
const progressKey = ({ pull, reference }: Words): string => `${pull.owner}/${pull.repo}/${reference}`.toLowerCase()

/** Does what the commands in these words say, each once, and shows that it was heard. */
export async function obey(parts: Parts, words: Words): Promise<void> {
  const parsed = parseCommands(words.body)
  if (parsed.kind === 'none') return
  const github = await parts.githubFor(words.pull.installationId)
  const row = await parts.store.get<Progress>(collection, progressKey(words))
  if (row?.value.finished) return
  if (!(await listensTo(github, words))) return
  await orAbsent(words.react(github, 'eyes'))
  const progress: Progress = row?.value ?? { done: 0, refused: false, finished: false, said: [] }
  const save = () => parts.store.commit([{ put: { collection, key: progressKey(words), value: progress } }])
  if (parsed.kind === 'error') {
    const { message, suggestion } = hint(words.body, parsed.code)
    refuse(progress, suggestion === undefined ? text(message) : `${text(message)} Did you mean ${code(suggestion)}?`)
  } else {
    const said = await readSaid(github, words.node, words.pull)
    if (said?.body !== words.body) refuse(progress, 'The comment was changed before it was read; write a new one.')
    else await runAll(parts, github, { ...words, said }, parsed.commands, progress, save)
  }
  if (progress.said.length > 0) await answer(parts, github, words, progress.said.join('\n\n'))
  else await clearNotice(parts, words.pull)
  await orAbsent(words.react(github, progress.refused ? 'confused' : 'rocket'))
  progress.finished = true
  await save()
}

/** One after another, up to the first that is refused. */
async function runAll(
  parts: Parts,
  github: GitHub,
  order: Order,
  commands: Command[],
  progress: Progress,
  save: () => Promise<void>,
): Promise<void> {
  for (const command of commands.slice(progress.done)) {
    const { said, refused } = await runCommand(parts, github, order, command)
    if (said !== undefined) progress.said.push(said)
    progress.refused = refused
    progress.done += 1
    await save()
    if (progress.refused) return
  }
}

function refuse(progress: Progress, why: string): void {
  progress.refused = true
  progress.said.push(why)
}

/** Bots are not people: an app is heard only where the configuration lists it. */
async function listensTo(github: GitHub, { sender, pull }: Words): Promise<boolean> {
  if (!isAgent(sender)) return true
  const slug = (sender.app ?? sender.login.replace(/\[bot\]$/, '')).toLowerCase()
  try {
    return (await readConfig(github, { owner: pull.owner, repo: pull.repo })).agents.includes(slug)
  } catch (error) {
    if (isAtomicError(error, 'INVALID_REQUEST')) return false
    throw error
  }
}
