import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { addToBaseline, type Baseline, newBaseline, parseBaseline } from '../../core/gateway/allow.ts'
import { redact } from '../../core/gateway/redactor.ts'
import { redactStream } from '../../core/gateway/stream.ts'
import { print, readGiven, readInput } from './io.ts'
import { UsageError } from './messages.ts'

interface Options {
  json?: boolean
  stream?: boolean
  check?: boolean
  baseline?: string
  writeBaseline?: boolean
}

export function define(command: Command): void {
  command
    .argument('[files...]', 'files to look through, with --check; default: standard input')
    .option('--json', 'the whole preflight answer')
    .option('--stream', 'give out what is certain while more comes, such as of a log')
    .option('--check', 'only say what is found and where, and end with 1 where something is')
    .option('--baseline <file>', 'findings that are known; with --check')
    .option('--write-baseline', 'write what is found into the baseline')
    .action((files: string[], options: Options) => run(files, options))
}

async function run(files: string[], options: Options): Promise<void> {
  if (options.check || options.writeBaseline) return check(files, options)
  if (files.length > 0 || options.baseline !== undefined)
    throw new UsageError('Files and --baseline go with --check; without it standard input is redacted.')
  if (options.stream) return stream()
  const answer = redact(await readInput('a text'))
  // Byte for byte but for what is masked: no line end is added.
  if (options.json) print(answer)
  else process.stdout.write(String(answer.sanitized))
}

async function stream(): Promise<void> {
  const { push, end } = redactStream()
  process.stdin.setEncoding('utf8')
  for await (const piece of process.stdin) process.stdout.write(push(piece as string))
  process.stdout.write(end())
}

async function check(files: string[], { json, baseline: file, writeBaseline }: Options): Promise<void> {
  if (writeBaseline && file === undefined) throw new UsageError('--write-baseline needs --baseline FILE.')
  const known = readBaseline(file, writeBaseline)
  const texts: [path: string | undefined, text: string][] =
    files.length === 0
      ? [[undefined, await readInput('a text')]]
      : await Promise.all(files.map(async (path): Promise<[string, string]> => [path, await readGiven(path)]))
  const found = texts.flatMap(([path, text]) => {
    const { findings } = redact(text, {
      ...(path === undefined ? {} : { path }),
      ...(known === undefined || writeBaseline ? {} : { baseline: known }),
    })
    if (writeBaseline) for (const finding of findings) addToBaseline(known!, text, finding, path)
    return findings
  })
  if (writeBaseline) {
    writeFileSync(file!, `${JSON.stringify(known, null, 2)}\n`)
    process.stderr.write(`${found.length} findings are known now, in ${file}.\n`)
    return
  }
  if (json) print(found)
  else
    for (const { path, line, column, kind, type } of found)
      process.stderr.write(`${path === undefined ? '' : `${path}:`}${line}:${column}: ${kind} ${type}\n`)
  if (found.length > 0) process.exitCode = 1
}

function readBaseline(file: string | undefined, isNew = false): Baseline | undefined {
  if (file === undefined) return undefined
  if (existsSync(file)) return parseBaseline(readFileSync(file, 'utf8'), file)
  if (isNew) return newBaseline()
  throw new UsageError(`There is no ${file}; --write-baseline makes it.`)
}
