import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Files } from './projects.ts'

const tsc = join(dirname(createRequire(import.meta.url).resolve('@typescript/native/package.json')), 'bin/tsc')

export interface TypeFault {
  path: string
  line: number
  column: number
  code: string
  message: string
}

/**
 * The type errors of states of one project, by the native compiler's own command line: a judge apart from the engine.
 * It builds incrementally from the base, so that a state costs only what it changes.
 */
export class TypeCheck {
  readonly base: readonly TypeFault[]
  readonly #files: Files
  readonly #root = mkdtempSync(join(tmpdir(), 'atomic-types-'))
  readonly #built: Buffer

  constructor(files: Files) {
    this.#files = files
    for (const [path, text] of Object.entries(files)) this.#write(path, text)
    this.base = this.#run()
    this.#built = readFileSync(join(this.#root, 'state'))
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true })
  }

  errors(after: Files): TypeFault[] {
    const changed = Object.keys({ ...this.#files, ...after }).filter((path) => this.#files[path] !== after[path])
    writeFileSync(join(this.#root, 'state'), this.#built)
    for (const path of changed) this.#write(path, after[path])
    try {
      return this.#run()
    } finally {
      for (const path of changed) this.#write(path, this.#files[path])
    }
  }

  #write(path: string, text: string | undefined): void {
    const at = join(this.#root, 'tree', path)
    mkdirSync(dirname(at), { recursive: true })
    if (text === undefined) rmSync(at, { force: true })
    else writeFileSync(at, text)
  }

  #run(): TypeFault[] {
    const args = ['--noEmit', '--pretty', 'false', '--incremental', '--tsBuildInfoFile', join(this.#root, 'state')]
    let output: string
    try {
      const cwd = join(this.#root, 'tree')
      output = execFileSync(process.execPath, [tsc, '-p', '.', ...args], { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 })
    } catch (error) {
      // It ends with an exit code where there are errors.
      const { stdout, status } = error as { stdout?: string; status?: number | null }
      if (stdout === undefined || (status !== 1 && status !== 2)) throw error
      output = stdout
    }
    const faults: TypeFault[] = []
    for (const line of output.split('\n')) {
      const [, path, row, column, code, message] = /^(?:(.+?)\((\d+),(\d+)\): )?error (TS\d+): (.*)$/.exec(line) ?? []
      if (code !== undefined && message !== undefined)
        faults.push({ path: path ?? '', line: Number(row ?? 1), column: Number(column ?? 1), code, message })
    }
    return faults
  }
}
