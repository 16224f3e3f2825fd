import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

// mkfs and its like stand where the PATH of a plain shell does not look.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
const run = (program: string, args: readonly string[]) => promisify(execFile)(program, args, { env })
const megabyte = 2 ** 20
/** https://man7.org/linux/man-pages/man7/capabilities.7.html */
const capSysAdmin = 21n

/** Whether this process has the right to mount, and there are loop devices. */
export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/dev/loop-control')) return false
  const bits = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]!
  return ((BigInt(`0x${bits}`) >> capSysAdmin) & 1n) === 1n
}

async function format(image: string, size: number): Promise<void> {
  await writeFile(image, '')
  await truncate(image, size)
  await run('mkfs.ext4', ['-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image])
}

/**
 * A disk (a file system in an image on a loop device) whose power can be cut: what its image holds
 * at one instant is what a disk has that was given these writes and no more. What the kernel still
 * had in memory for it is not there. The image lies in a file system of its own, which is frozen
 * while the copy is made, so that the copy is of one instant and not of several.
 */
export class Disk {
  readonly #dir: string
  /** Where it is mounted. */
  readonly at: string

  private constructor(dir: string) {
    this.#dir = dir
    this.at = join(dir, 'disk')
  }

  static async create(): Promise<Disk> {
    const dir = await mkdtemp(join(tmpdir(), 'atomic-disk-'))
    const disk = new Disk(dir)
    const outer = join(dir, 'outer')
    for (const folder of [outer, disk.at, join(dir, 'copy')]) await mkdir(folder)
    await format(join(dir, 'outer.img'), 160 * megabyte)
    await run('mount', ['-o', 'loop', join(dir, 'outer.img'), outer])
    await format(join(outer, 'disk.img'), 64 * megabyte)
    await run('mount', ['-o', 'loop', join(outer, 'disk.img'), disk.at])
    return disk
  }

  /** Cuts the power: runs `look` on the disk as it comes up again, while the disk itself goes on. */
  async cut<T>(look: (at: string) => Promise<T>): Promise<T> {
    const [outer, copy, image] = ['outer', 'copy', 'copy.img'].map((name) => join(this.#dir, name)) as [
      string,
      string,
      string,
    ]
    await run('fsfreeze', ['-f', outer])
    try {
      await run('cp', [join(outer, 'disk.img'), image])
    } finally {
      await run('fsfreeze', ['-u', outer])
    }
    await run('mount', ['-o', 'loop', image, copy])
    try {
      return await look(copy)
    } finally {
      await run('umount', [copy])
      await rm(image)
    }
  }

  async remove(): Promise<void> {
    await run('umount', [this.at])
    await run('umount', [join(this.#dir, 'outer')])
    await rm(this.#dir, { recursive: true })
  }
}
