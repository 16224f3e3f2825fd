import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { UsageError } from './messages.ts'

/** All of standard input; a terminal is told what is waited for. */
export async function readInput(what: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(`Reading ${what} from standard input; end with Ctrl-D.\n`)
  return text(process.stdin)
}

export async function readGiven(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw new UsageError(`The file ${path} cannot be read.`)
  }
}

/** Answers go to standard output, as one JSON document or as text. */
export function print(answer: string | object): void {
  const out = typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2)
  process.stdout.write(out.endsWith('\n') ? out : `${out}\n`)
}

export const say = (message: string): void => void process.stderr.write(`${message}\n`)
