import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/**
 * Runs the Action as a runner does: inputs and event by environment and file, workflow commands on
 * standard output, answers through files.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */

export interface Annotation {
  kind: 'error' | 'warning' | 'notice'
  message: string
  file?: string
  line?: number
  title?: string
}

export interface JobResult {
  exitCode: number | null
  outputs: Record<string, string>
  summary: string
  annotations: Annotation[]
  masks: string[]
  /** All that was printed, masks applied. */
  log: string
  durationMs: number
}

export interface Job {
  workspace: string
  inputs?: Record<string, string>
  event?: { name: string; payload: unknown }
  env?: Record<string, string>
  /** Script that `runs.main` names; the sources by default. */
  main?: string
}

const unescaped = (text: string): string =>
  text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')

/** Key-value files of the runner: `KEY<<DELIMITER`, lines, `DELIMITER`; or `KEY=VALUE`. */
function readKeyValues(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const heredoc = /^([^=<]+)<<(.+)$/.exec(line)
    if (heredoc !== null) {
      const end = lines.indexOf(heredoc[2] ?? '', i + 1)
      values[heredoc[1] ?? ''] = lines.slice(i + 1, end).join('\n')
      i = end
    } else if (line.includes('=')) values[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1)
  }
  return values
}

/** The lines that are commands, but for those between `stop-commands` and its token. */
function* commandsOf(log: string): Generator<{ name: string; properties: Record<string, string>; message: string }> {
  let stopped: string | undefined
  for (const line of log.split(/\r?\n/)) {
    const found = /^::([\w-]+)(?: ([^:]*))?::(.*)$/.exec(line)
    if (stopped !== undefined) {
      if (line === `::${stopped}::`) stopped = undefined
      continue
    }
    if (found === null) continue
    const [, name = '', properties = '', message = ''] = found
    if (name === 'stop-commands') stopped = message
    const pairs = properties
      .split(',')
      .filter(Boolean)
      .map((pair) => pair.split('='))
    yield {
      name,
      properties: Object.fromEntries(pairs.map(([k, v]) => [k, unescaped(v ?? '')])),
      message: unescaped(message),
    }
  }
}

function annotation(command: ReturnType<typeof commandsOf> extends Generator<infer C> ? C : never): Annotation {
  const { file, line, title } = command.properties
  return {
    kind: command.name as Annotation['kind'],
    message: command.message,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(title === undefined ? {} : { title }),
  }
}

export async function runAction({
  workspace,
  inputs = {},
  event,
  env = {},
  main = 'action/main.ts',
}: Job): Promise<JobResult> {
  const folder = mkdtempSync(join(resolve(workspace, '..'), 'runner-'))
  const temp = join(folder, 'temp')
  mkdirSync(temp)
  const file = (name: string, text = ''): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const answers = { output: file('output'), summary: file('summary') }
  const started = performance.now()
  const child = spawn(process.execPath, [resolve(main)], {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: workspace,
      GITHUB_EVENT_NAME: event?.name ?? 'push',
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify(event?.payload ?? {})),
      GITHUB_OUTPUT: answers.output,
      GITHUB_STEP_SUMMARY: answers.summary,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'octo/project',
      GITHUB_RUN_ID: '4711',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'verify',
      RUNNER_TEMP: temp,
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...env,
    },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  const durationMs = performance.now() - started
  const commands = [...commandsOf(log)]
  const masks = commands.filter((c) => c.name === 'add-mask').map((c) => c.message)
  const result = {
    exitCode,
    outputs: readKeyValues(readFileSync(answers.output, 'utf8')),
    summary: readFileSync(answers.summary, 'utf8'),
    annotations: commands.filter((c) => ['error', 'warning', 'notice'].includes(c.name)).map(annotation),
    masks,
    log: masks.reduce((text, mask) => text.replaceAll(mask, '***'), log),
    durationMs,
  }
  rmSync(folder, { recursive: true, force: true })
  return result
}
