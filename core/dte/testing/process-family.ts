import { readdirSync, readFileSync } from 'node:fs'

/** A process as Linux tells of it: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
interface Process {
  pid: number
  parent: number
  group: number
  session: number
  /** Start time; with the pid it names one process for good. */
  started: string
  /** Bytes. */
  resident: number
}

export interface FamilySize {
  processes: number
  /** Resident memory of all of them, bytes; shared pages count for each. */
  memory: number
}

const pageSize = 4096

function readProcess(pid: string): Process | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in brackets and may hold anything, brackets too.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const at = (index: number): number => Number(fields[index])
    return {
      pid: Number(pid),
      parent: at(1),
      group: at(2),
      session: at(3),
      started: fields[19] ?? '',
      resident: at(21) * pageSize,
    }
  } catch {
    // It ended meanwhile.
    return undefined
  }
}

const carries = (pid: number, mark: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(mark)
  } catch {
    return false
  }
}

/**
 * All processes that one program started, also those that left its process group or outlived their
 * parent: by descent, else by a mark in their environment. Only where there is a /proc.
 */
export class ProcessFamily {
  readonly #leader: number
  readonly #mark: string
  /** Every process that was looked at and whether it belongs; `pid start` names it. */
  readonly #known = new Map<string, boolean>()

  /** @param mark what stands in the environment of the program, and in no other's */
  constructor(leader: number, mark: string) {
    this.#leader = leader
    this.#mark = mark
  }

  #members(): Process[] {
    let names: string[]
    try {
      names = readdirSync('/proc')
    } catch {
      return []
    }
    const all = names.filter((name) => /^\d+$/.test(name)).flatMap((name) => readProcess(name) ?? [])
    const byPid = new Map(all.map((one) => [one.pid, one]))
    const belongs = (one: Process): boolean => {
      const name = `${one.pid} ${one.started}`
      const known = this.#known.get(name)
      if (known !== undefined) return known
      this.#known.set(name, false)
      const parent = byPid.get(one.parent)
      const yes =
        one.pid === this.#leader ||
        one.group === this.#leader ||
        one.session === this.#leader ||
        (parent !== undefined && belongs(parent)) ||
        carries(one.pid, this.#mark)
      this.#known.set(name, yes)
      return yes
    }
    return all.filter(belongs)
  }

  size(): FamilySize {
    const members = this.#members()
    return { processes: members.length, memory: members.reduce((sum, { resident }) => sum + resident, 0) }
  }

  /** Ends all of them; again and again, since some may start others meanwhile. */
  kill(): void {
    for (let round = 0; round < 100; round++) {
      const members = this.#members()
      if (members.length === 0) return
      for (const { pid } of members) {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // It ended meanwhile.
        }
      }
    }
  }
}
