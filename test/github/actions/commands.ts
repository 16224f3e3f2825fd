/** What a step says to its runner on its output: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */

export interface RunAnnotation {
  level: 'error' | 'warning' | 'notice'
  message: string
  title?: string
  file?: string
  line?: number
  endLine?: number
  col?: number
  endColumn?: number
}

const unescapeData = (text: string): string => text.replace(/%0D/gi, '\r').replace(/%0A/gi, '\n').replace(/%25/g, '%')
const unescapeProperty = (text: string): string => unescapeData(text.replace(/%3A/gi, ':').replace(/%2C/gi, ','))

/** Reads a step's lines as they come: keeps the log, masks secrets in it, collects annotations. */
export class CommandReader {
  readonly annotations: RunAnnotation[] = []
  readonly state = new Map<string, string>()
  readonly #log: string[] = []
  readonly #masks: string[] = []
  readonly #debug: boolean
  #stopped: string | undefined

  constructor(masks: string[] = [], debug = false) {
    this.#debug = debug
    for (const mask of masks) this.#mask(mask)
  }

  get log(): string {
    return this.#log.map((line) => `${line}\n`).join('')
  }

  line(line: string): void {
    const found = /^\s*::([A-Za-z-]+)(?: ([^:]*(?:::?[^:]+)*?))?::(.*)$/s.exec(line)
    if (this.#stopped !== undefined) {
      if (line.trim() === `::${this.#stopped}::`) this.#stopped = undefined
      else this.#write(line)
      return
    }
    if (!found) {
      this.#write(line)
      return
    }
    const [, verb, parameters = '', message] = found as unknown as [string, string, string | undefined, string]
    this.#obey(verb.toLowerCase(), properties(parameters), unescapeData(message), line)
  }

  #obey(verb: string, given: Record<string, string>, message: string, line: string): void {
    switch (verb) {
      case 'error':
      case 'warning':
      case 'notice':
        this.annotations.push({ level: verb, message: this.#hide(message), ...place(given) })
        this.#write(`##[${verb}]${message}`)
        break
      case 'debug':
        if (this.#debug) this.#write(`##[debug]${message}`)
        break
      case 'group':
        this.#write(`##[group]${message}`)
        break
      case 'endgroup':
        this.#write('##[endgroup]')
        break
      case 'add-mask':
        this.#mask(message)
        break
      case 'stop-commands':
        this.#stopped = message
        break
      case 'save-state':
        this.state.set(given.name ?? '', message)
        break
      case 'add-matcher':
      case 'remove-matcher':
      case 'echo':
        break
      case 'set-output':
      case 'set-env':
      case 'add-path':
        this.#write(`##[error]The \`${verb}\` command is disabled.`)
        break
      default:
        this.#write(line)
    }
  }

  #mask(secret: string): void {
    for (const part of [secret, ...secret.split(/\r?\n/)]) if (part.trim() !== '') this.#masks.push(part)
    this.#masks.sort((a, b) => b.length - a.length)
  }

  #hide(text: string): string {
    return this.#masks.reduce((hidden, mask) => hidden.replaceAll(mask, '***'), text)
  }

  #write(line: string): void {
    this.#log.push(this.#hide(line))
  }
}

function properties(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [] : [[pair.slice(0, equals).trim(), unescapeProperty(pair.slice(equals + 1))] as const]
  })
  return Object.fromEntries(pairs)
}

function place(given: Record<string, string>): Partial<RunAnnotation> {
  const count = (name: string, as: string): Record<string, number> =>
    /^\d+$/.test(given[name] ?? '') ? { [as]: Number(given[name]) } : {}
  return {
    ...(given.title ? { title: given.title } : {}),
    ...(given.file ? { file: given.file } : {}),
    ...count('line', 'line'),
    ...count('endLine', 'endLine'),
    ...count('col', 'col'),
    ...count('endColumn', 'endColumn'),
  }
}

/** The runner's files: `name=value` lines, and `name<<DELIMITER` blocks. @throws on a block that never ends. */
export function readFileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i]!
    if (line === '') continue
    const equals = line.indexOf('=')
    const block = line.indexOf('<<')
    if (block >= 0 && (equals < 0 || block < equals)) {
      const end = line.slice(block + 2)
      const from = i + 1
      const to = lines.indexOf(end, from)
      if (to < 0) throw new Error(`Invalid value. Matching delimiter not found '${end}'`)
      values[line.slice(0, block)] = lines.slice(from, to).join('\n')
      i = to
    } else if (equals < 0) throw new Error(`Invalid format '${line}'`)
    else values[line.slice(0, equals)] = line.slice(equals + 1)
  }
  return values
}
