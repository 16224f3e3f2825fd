/** What the queue knows of a job; payloads stay in the store. */
export interface Ticket {
  id: string
  kind: string
  key: string
  notBefore: number
}

interface Lane {
  key: string
  /** In the order of ids. */
  tickets: Ticket[]
  running: Ticket | undefined
}

/**
 * Which job runs next: one at a time of each key, in the order of their ids. A first job that is
 * not due, or whose kind nobody handles yet, holds its key back and no other.
 */
export class JobQueue {
  private readonly lanes = new Map<string, Lane>()
  private readonly known = new Set<string>()
  /** Keys whose first ticket may be due; a key leaves when it is looked at and has nothing to run. */
  private readonly ready = new Set<string>()
  /** Keys whose first ticket is not due yet, or has no handler. */
  private readonly held = new Set<string>()
  private readonly handled: (kind: string) => boolean
  /** No held ticket falls due before this. */
  private due = Number.POSITIVE_INFINITY
  running = 0

  constructor(handled: (kind: string) => boolean) {
    this.handled = handled
  }

  get size(): number {
    return this.known.size
  }

  /** Adds a ticket, unless it is known. */
  add(ticket: Ticket): void {
    if (this.known.has(ticket.id)) return
    this.known.add(ticket.id)
    const lane = this.lanes.get(ticket.key) ?? { key: ticket.key, tickets: [], running: undefined }
    this.lanes.set(ticket.key, lane)
    // Nearly always the last; a job whose commit came late takes the place its id gives it.
    let at = lane.tickets.length
    while (at > 0 && lane.tickets[at - 1]!.id > ticket.id) at--
    // A long queue holds one text of each key and kind, not one for every ticket.
    const before = lane.tickets[at - 1]
    const kind = before?.kind === ticket.kind ? before.kind : ticket.kind
    lane.tickets.splice(at, 0, { ...ticket, key: lane.key, kind })
    if (!lane.running) this.offer(ticket.key)
  }

  /** Takes the next ticket that may run now. */
  take(now: number): Ticket | undefined {
    for (const key of this.ready) {
      this.ready.delete(key)
      const lane = this.lanes.get(key)!
      const first = lane.tickets[0]!
      if (first.notBefore > now || !this.handled(first.kind)) {
        this.hold(key, first)
        continue
      }
      lane.running = lane.tickets.shift()
      this.running++
      return first
    }
    return undefined
  }

  /** Its key goes on: with the same ticket at `again`, or with the next one. */
  release(ticket: Ticket, again?: number): void {
    const lane = this.lanes.get(ticket.key)!
    lane.running = undefined
    this.running--
    this.known.delete(ticket.id)
    if (again !== undefined) this.add({ ...ticket, notBefore: again })
    else if (lane.tickets.length > 0) this.offer(ticket.key)
    else this.lanes.delete(ticket.key)
  }

  /** Looks again at what was held back; costs nothing while none of it can be due. */
  recheck(now: number, handlersChanged = false): void {
    if (now < this.due && !handlersChanged) return
    this.due = Number.POSITIVE_INFINITY
    for (const key of this.held) {
      const first = this.lanes.get(key)!.tickets[0]!
      if (first.notBefore <= now && this.handled(first.kind)) this.offer(key)
      else this.hold(key, first)
    }
  }

  /** When a held ticket falls due; undefined when none ever will by itself. */
  get nextDue(): number | undefined {
    return Number.isFinite(this.due) ? this.due : undefined
  }

  /** Nothing runs, nothing may run. */
  get quiet(): boolean {
    return this.running === 0 && this.ready.size === 0
  }

  private hold(key: string, first: Ticket): void {
    this.held.add(key)
    if (this.handled(first.kind)) this.due = Math.min(this.due, first.notBefore)
  }

  private offer(key: string): void {
    this.held.delete(key)
    this.ready.add(key)
  }
}
