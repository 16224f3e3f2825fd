import { CheckpointName } from '../../contracts/index.ts'
import { findLines } from './lines.ts'
import { type Token, tokens } from './tokens.ts'
import { type Verb, verbSpec } from './verbs.ts'

export interface Command {
  verb: Verb
  checkpoint?: CheckpointName
  /** 7–40 lower-case hex digits. */
  sha?: string
  reason?: string
  /** A batch id, or `all`. */
  batch?: string
}

export type CommandErrorCode =
  | 'unknown-verb'
  | 'missing-checkpoint'
  | 'unknown-checkpoint'
  | 'unexpected-argument'
  | 'bad-sha'
  | 'unclosed-quote'
  | 'missing-value'
  | 'duplicate-flag'
  | 'unknown-flag'
  | 'conflict'
  | 'too-many-commands'

export type ParsedComment =
  | { kind: 'commands'; commands: Command[] }
  | { kind: 'none' }
  | { kind: 'error'; code: CommandErrorCode }

export const maxCommands = 10

/** What the commands in a comment mean. Never throws; one mistake, the first, makes the whole comment an error. */
export function parseCommands(markdown: string): ParsedComment {
  const commands: Command[] = []
  for (const line of findLines(markdown)) {
    if (commands.length === maxCommands) return { kind: 'error', code: 'too-many-commands' }
    const parsed = parseLine(line)
    if (typeof parsed === 'string') return { kind: 'error', code: parsed }
    commands.push(parsed)
  }
  if (commands.length === 0) return { kind: 'none' }
  return contradicts(commands) ? { kind: 'error', code: 'conflict' } : { kind: 'commands', commands }
}

function contradicts(commands: Command[]): boolean {
  const rejected = new Set(commands.filter((c) => c.verb === 'reject').map((c) => c.checkpoint))
  return commands.some((c) => c.verb === 'approve' && rejected.has(c.checkpoint))
}

/** One command line, without its `/atomic`. */
export function parseLine(line: string): Command | CommandErrorCode {
  const words = tokens(line)
  if (words === 'unclosed-quote') return words
  const first = words[0]
  if (first === undefined || isHelp(first)) {
    return words.length > 1 ? 'unexpected-argument' : { verb: 'help' }
  }
  const spec = verbSpec(first.quoted ? '' : first.text.toLowerCase())
  if (spec === undefined) return isFlag(first) ? 'unknown-flag' : 'unknown-verb'
  const command: Command = { verb: spec.verb }
  let slot = 0
  for (let i = 1; i < words.length; i++) {
    const word = words[i] as Token
    if (isFlag(word)) {
      if (isHelp(word)) return { verb: 'help' }
      const [name, inline] = splitFlag(word)
      if (!(spec.flags as readonly string[]).includes(name)) return 'unknown-flag'
      if (command.reason !== undefined) return 'duplicate-flag'
      const next = words[i + 1]
      const value = inline ?? (next === undefined || isFlag(next) ? '' : next.text)
      if (value.trim() === '') return 'missing-value'
      command.reason = value
      if (inline === undefined) i++
      continue
    }
    const error = fill(command, spec.takes[slot++], word)
    if (error !== undefined) return error
  }
  return spec.takes[0] === 'checkpoint' && command.checkpoint === undefined ? 'missing-checkpoint' : command
}

function fill(command: Command, slot: string | undefined, word: Token): CommandErrorCode | undefined {
  switch (slot) {
    case 'checkpoint':
    case 'checkpoint?': {
      const name = CheckpointName.safeParse(word.text.toLowerCase())
      if (!name.success || word.quoted) return 'unknown-checkpoint'
      command.checkpoint = name.data
      return undefined
    }
    case 'sha?':
      if (word.quoted || !/^[0-9a-f]{7,40}$/i.test(word.text)) return 'bad-sha'
      command.sha = word.text.toLowerCase()
      return undefined
    case 'batch?':
      if (word.quoted || !/^[\w.-]{1,128}$/.test(word.text)) return 'unexpected-argument'
      command.batch = word.text.toLowerCase() === 'all' ? 'all' : word.text
      return undefined
    default:
      return 'unexpected-argument'
  }
}

const isFlag = (word: Token): boolean => !word.quoted && word.text.startsWith('--')
const isHelp = (word: Token): boolean => !word.quoted && word.text.toLowerCase() === '--help'

function splitFlag(word: Token): [name: string, inline?: string] {
  const at = word.text.indexOf('=')
  return at < 0 ? [word.text.slice(2).toLowerCase()] : [word.text.slice(2, at).toLowerCase(), word.text.slice(at + 1)]
}
