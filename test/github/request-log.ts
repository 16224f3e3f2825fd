export interface LoggedCall {
  n: number
  method: string
  /** As sent, with its query. */
  path: string
  /** As GitHub describes it. */
  template: string
  caller: string
  write: boolean
  /** 0 where the connection was dropped. */
  status: number
  ms: number
}

/** Every call that came, in the order it was answered. */
export class RequestLog {
  readonly calls: LoggedCall[] = []

  add(call: Omit<LoggedCall, 'n'>): void {
    this.calls.push({ n: this.calls.length + 1, ...call })
  }

  /** `count({ method: 'POST', template: '/repos/{owner}/{repo}/check-runs' })` */
  count(match: Partial<LoggedCall> = {}): number {
    return this.calls.filter((call) => Object.entries(match).every(([key, it]) => call[key as keyof LoggedCall] === it))
      .length
  }

  clear(): void {
    this.calls.length = 0
  }
}
