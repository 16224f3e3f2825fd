import type { Mismatch } from './openapi.ts'
import { OpenApi } from './openapi.ts'

/** Something said to this GitHub, or by it, that is not as GitHub's own descriptions have it. */
export interface Violation {
  side: 'request' | 'answer' | 'webhook' | 'graphql'
  /** `POST /repos/{owner}/{repo}/check-runs`, or the event's name. */
  call: string
  status?: number
  mismatches: Mismatch[]
}

/** Judges all that passes, and remembers what does not fit. */
export class Violations {
  readonly list: Violation[] = []
  #openApi: OpenApi | undefined

  /** Loaded with the first call, so that a start costs nothing. */
  get openApi(): OpenApi {
    this.#openApi ??= new OpenApi()
    return this.#openApi
  }

  request(method: string, template: string, query: Record<string, string>, body: unknown): Mismatch[] {
    if (!this.openApi.describes(method, template)) return []
    return this.#note('request', `${method} ${template}`, this.openApi.request(method, template, query, body))
  }

  answer(method: string, template: string, status: number, media: string, body: unknown): void {
    if (!this.openApi.describes(method, template)) return
    const found = this.openApi.answer(method, template, status, media, body)
    this.#note('answer', `${method} ${template}`, found, status)
  }

  note(side: Violation['side'], call: string, mismatches: Mismatch[]): void {
    this.#note(side, call, mismatches)
  }

  assertNone(): void {
    if (this.list.length === 0) return
    const lines = this.list.map((it) => {
      const where = it.status === undefined ? it.call : `${it.call} → ${it.status}`
      return `${it.side} ${where}\n${it.mismatches.map((m) => `    ${m.path || '(whole)'} ${m.message}`).join('\n')}`
    })
    throw new Error(`${this.list.length} violations of GitHub's descriptions:\n${lines.join('\n')}`)
  }

  #note(side: Violation['side'], call: string, mismatches: Mismatch[], status?: number): Mismatch[] {
    if (mismatches.length > 0) this.list.push({ side, call, mismatches, ...(status === undefined ? {} : { status }) })
    return mismatches
  }
}
