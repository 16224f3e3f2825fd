import { checkpointNames } from '../../contracts/index.ts'
import { type CommandErrorCode, maxCommands, parseLine } from './grammar.ts'
import { commandLines } from './lines.ts'
import { tokens } from './tokens.ts'
import { verbSpec, verbs } from './verbs.ts'

/** Rows for a help table: how a command is written, and what it does. */
export const help: readonly { usage: string; summary: string }[] = verbs.map((v) => ({
  usage: `/atomic ${v.usage}`,
  summary: v.summary,
}))

const says: Record<CommandErrorCode, string> = {
  'unknown-verb': 'That is not a command.',
  'missing-checkpoint': `Name the checkpoint: ${checkpointNames.join(', ')}.`,
  'unknown-checkpoint': `The checkpoints are ${checkpointNames.join(', ')}.`,
  'unexpected-argument': 'There is more on the line than the command takes.',
  'bad-sha': 'A SHA is 7 to 40 hex digits.',
  'unclosed-quote': 'A quotation mark is not closed on its line.',
  'missing-value': 'The flag needs a value, such as --reason "too large".',
  'duplicate-flag': 'The flag is given twice.',
  'unknown-flag': 'The command has no such flag.',
  conflict: 'One comment cannot both approve and reject a checkpoint.',
  'too-many-commands': `At most ${maxCommands} commands a comment.`,
}

export interface Hint {
  /** One sentence: what is wrong. */
  message: string
  /** The command that was probably meant, or how it is written; nothing of the comment is repeated. */
  suggestion?: string
}

/** Help for a comment that `parseCommands` refused with this code. */
export function hint(markdown: string, code: CommandErrorCode): Hint {
  const message = says[code]
  if (code === 'conflict' || code === 'too-many-commands') return { message }
  const line = commandLines(markdown).find((l) => parseLine(l) === code)
  const words = line === undefined ? 'unclosed-quote' : tokens(line)
  if (words === 'unclosed-quote') return { message }
  const typed = words[0]?.text.toLowerCase() ?? ''
  const verb =
    verbSpec(typed)?.verb ??
    nearest(
      typed,
      verbs.map((v) => v.verb),
    )
  const spec = verb === undefined ? undefined : verbSpec(verb)
  if (spec === undefined) return { message, suggestion: '/atomic help' }
  const checkpoint = spec.takes[0]?.startsWith('checkpoint')
    ? nearest(words[1]?.text.toLowerCase() ?? '', checkpointNames)
    : undefined
  return {
    message,
    suggestion: checkpoint === undefined ? `/atomic ${spec.usage}` : `/atomic ${spec.verb} ${checkpoint}`,
  }
}

/** The candidate within two edits (a transposition is one), or a third of the word; none when two are equally near. */
function nearest<T extends string>(word: string, candidates: readonly T[]): T | undefined {
  if (word === '' || word.length > 32) return undefined
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: edits(word, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  const [best, second] = ranked
  if (best === undefined || best.distance > Math.max(1, Math.min(2, Math.floor(best.candidate.length / 2))))
    return undefined
  return second !== undefined && second.distance === best.distance ? undefined : best.candidate
}

/** Optimal string alignment distance. */
function edits(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] && j > 1 && i > 1 ? before[j - 2]! + 1 : Infinity
      row[j] = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), swap)
    }
    before = last
    last = row
  }
  return last[b.length]!
}
