import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { AtomicError } from '../../platform/errors.ts'
import { type NoteSigner, newKey, parseSignerKey } from './keys.ts'

export interface KeySource {
  /** Signer keys separated by white space, as from the environment; the file is then left alone. */
  text?: string
  /** Written with mode 0600 on first use. */
  file: string
  /** Name of a key that has to be made: the log's origin. */
  name: string
}

/**
 * The log's signing keys; the first signs attestations, all of them sign checkpoints, so that a
 * key is rotated by putting the new one first and taking the old one away when everybody knows the new.
 * @throws AtomicError `INVALID_REQUEST` for a key that is none, or a file that others can read.
 */
export function logKeys({ text, file, name }: KeySource): NoteSigner[] {
  const keys = (text ?? readOrCreate(file, name)).split(/\s+/).filter((word) => word !== '')
  if (keys.length === 0) throw new AtomicError('INVALID_REQUEST', 'There is no signer key.')
  return keys.map(parseSignerKey)
}

function readOrCreate(file: string, name: string): string {
  mkdirSync(dirname(file), { recursive: true })
  try {
    const handle = openSync(file, 'wx', 0o600)
    try {
      const { skey } = newKey(name)
      writeSync(handle, `${skey}\n`)
      // A checkpoint signed by a key that a power cut takes away could never be continued.
      fsyncSync(handle)
      return skey
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new AtomicError('INVALID_REQUEST', 'Others can read the key file of the log: set its mode to 0600.')
  return readFileSync(file, 'utf8')
}
