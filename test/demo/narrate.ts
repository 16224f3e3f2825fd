import { createColors } from 'picocolors'

type Stream = { write(text: string): unknown; isTTY?: boolean; columns?: number }

/** Tells what happens, for a newcomer: numbered steps, details below them, how long each took. Plain without a terminal. */
export class Narrator {
  readonly #out: Stream
  readonly #color: ReturnType<typeof createColors>
  readonly #start = Date.now()
  #step = 0
  #stepStart = Date.now()
  #spinner: NodeJS.Timeout | undefined

  constructor(out: Stream = process.stdout, env: NodeJS.ProcessEnv = process.env) {
    this.#out = out
    const wanted = env.NO_COLOR ? false : out.isTTY === true || env.FORCE_COLOR !== undefined
    this.#color = createColors(wanted)
  }

  get color(): ReturnType<typeof createColors> {
    return this.#color
  }

  title(text: string, below: string): void {
    this.#line(`\n${this.#color.bold(text)}\n${this.#color.dim(below)}`)
  }

  step(text: string): void {
    this.#still()
    this.#step++
    this.#stepStart = Date.now()
    this.#line(`\n${this.#color.cyan(`${String(this.#step).padStart(2)}.`)} ${this.#color.bold(text)}`)
  }

  /** A fact of the step. */
  say(label: string, value = ''): void {
    this.#still()
    this.#line(`    ${value === '' ? label : `${this.#color.dim(label.padEnd(14))} ${value}`}`)
  }

  /** Something good that was checked. */
  good(text: string): void {
    this.#still()
    this.#line(`    ${this.#color.green('✓')} ${text}`)
  }

  /** The step's good end, with the time it took. */
  done(text: string): void {
    this.good(`${text} ${this.#color.dim(this.#took())}`)
  }

  bad(text: string): void {
    this.#still()
    this.#line(`    ${this.#color.red('✗')} ${text}`)
  }

  /** Somebody says something on GitHub. */
  quote(who: string, text: string): void {
    this.#still()
    this.#line(`    ${this.#color.yellow(`@${who}`)}: ${this.#color.bold(text)}`)
  }

  /** Lines of a diff or of another program, indented. */
  block(text: string, maxLines = 14): void {
    this.#still()
    const lines = text.trimEnd().split('\n')
    const width = Math.max(40, (this.#out.columns ?? 120) - 8)
    for (const line of lines.slice(0, maxLines)) this.#line(`      ${this.#paint(line.slice(0, width))}`)
    if (lines.length > maxLines) this.#line(this.#color.dim(`      … ${lines.length - maxLines} more lines`))
  }

  /** Shows that work goes on, where there is a terminal, until the next line. */
  waiting(what: string): void {
    this.#still()
    if (this.#out.isTTY !== true) return
    const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
    let i = 0
    const draw = (): void => {
      this.#out.write(
        `\r\x1b[2K    ${this.#color.cyan(frames[i++ % frames.length]!)} ${this.#color.dim(`${what} ${this.#took()}`)}`,
      )
    }
    draw()
    this.#spinner = setInterval(draw, 100)
    this.#spinner.unref()
  }

  total(): string {
    return `${((Date.now() - this.#start) / 1000).toFixed(1)} s`
  }

  end(): void {
    this.#still()
  }

  #paint(line: string): string {
    if (line.startsWith('+') && !line.startsWith('+++')) return this.#color.green(line)
    if (line.startsWith('-') && !line.startsWith('---')) return this.#color.red(line)
    return line.startsWith('@@') || line.startsWith('diff ') ? this.#color.cyan(line) : line
  }

  #took(): string {
    return `${((Date.now() - this.#stepStart) / 1000).toFixed(1)} s`
  }

  #still(): void {
    if (this.#spinner === undefined) return
    clearInterval(this.#spinner)
    this.#spinner = undefined
    this.#out.write('\r\x1b[2K')
  }

  #line(text: string): void {
    this.#out.write(`${text}\n`)
  }
}
