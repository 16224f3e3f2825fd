import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** 32 random bytes in hex, made on first use and the same ever after (mode 0600). */
export function secretFile(file: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    const handle = openSync(file, 'wx', 0o600)
    try {
      const secret = randomBytes(32).toString('hex')
      writeSync(handle, `${secret}\n`)
      fsyncSync(handle)
      return secret
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}
