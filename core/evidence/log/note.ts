import { AtomicError } from '../../platform/errors.ts'
import { fromBase64 } from './base64.ts'
import { isKeyName, type NoteSigner, type NoteVerifier, parseVerifierKey, signedAt } from './keys.ts'

/**
 * Signed notes, https://c2sp.org/signed-note: a text ending in a newline, an empty line, and
 * signature lines `— NAME BASE64(key id ‖ signature)`.
 */

export interface NoteSignature {
  name: string
  /** 8 lower-case hex digits. */
  keyId: string
  /** When a witness says it saw this, in seconds since the epoch. */
  seconds?: number
}

/** More than any honest note carries; the format asks for at least 16. */
const maxSignatures = 100
const maxLength = 1_000_000
const separator = '\n\n'
const lineStart = '— '

const malformed = (detail: string) => new AtomicError('NOTE_MALFORMED', detail)

interface SignatureLine extends NoteSignature {
  line: string
  signature: Uint8Array
}

function parse(note: string): { text: string; lines: SignatureLine[] } {
  if (note.length > maxLength) throw malformed('The note is too long.')
  if (!note.isWellFormed() || /[\x00-\x09\x0b-\x1f]/.test(note))
    throw malformed('The note has characters that a note cannot have.')
  const at = note.lastIndexOf(separator)
  if (at < 0) throw malformed('The note has no signatures.')
  const tail = note.slice(at + separator.length)
  if (tail === '' || !tail.endsWith('\n')) throw malformed('The signatures do not end in a newline.')
  const lines = tail.slice(0, -1).split('\n')
  if (lines.length > maxSignatures) throw malformed('The note has too many signatures.')
  return { text: note.slice(0, at + 1), lines: lines.map(parseLine) }
}

function parseLine(line: string): SignatureLine {
  const [name = '', encoded = '', ...more] = line.startsWith(lineStart) ? line.slice(lineStart.length).split(' ') : []
  const bytes = fromBase64(encoded)
  if (!isKeyName(name) || more.length > 0 || bytes === undefined || bytes.length < 5)
    throw malformed('A signature line does not fit.')
  return { name, keyId: Buffer.from(bytes.subarray(0, 4)).toString('hex'), line, signature: bytes.subarray(4) }
}

/**
 * The signature lines of a note that known keys made, each verified; those of unknown keys are passed over.
 * @throws AtomicError `NOTE_MALFORMED`; `SIGNATURE_INVALID` when a known key's signature is wrong.
 */
export function signaturesBy(
  note: string,
  verifierKeys: readonly (string | NoteVerifier)[],
): { text: string; signatures: (NoteSignature & { line: string })[] } {
  const keys = verifierKeys.map((key) => (typeof key === 'string' ? parseVerifierKey(key) : key))
  const { text, lines } = parse(note)
  const bytes = Buffer.from(text)
  const signatures = new Map<string, NoteSignature & { line: string }>()
  for (const { name, keyId, signature, line } of lines) {
    const key = keys.find((k) => k.name === name && k.keyId === keyId)
    if (!key || signatures.has(`${name} ${keyId}`)) continue
    if (!key.verify(bytes, signature))
      throw new AtomicError('SIGNATURE_INVALID', `The signature of ${name}+${keyId} is wrong.`)
    const seconds = signedAt(key, signature)
    signatures.set(`${name} ${keyId}`, { name, keyId, line: `${line}\n`, ...(seconds === 0 ? {} : { seconds }) })
  }
  return { text, signatures: [...signatures.values()] }
}

/**
 * Opens a note: its text, and those of its signatures that a known key made.
 * Signatures of unknown keys are passed over; a wrong one of a known key spoils the note.
 * @throws AtomicError `NOTE_MALFORMED`; `SIGNATURE_INVALID` when a known key's signature is wrong or there is none.
 */
export function openNote(
  note: string,
  verifierKeys: readonly (string | NoteVerifier)[],
): { text: string; signatures: NoteSignature[] } {
  const { text, signatures } = signaturesBy(note, verifierKeys)
  if (signatures.length === 0) throw new AtomicError('SIGNATURE_INVALID', 'No signature by a known key.')
  return { text, signatures: signatures.map(({ line: _, ...signature }) => signature) }
}

/** The text and who claims to have signed it, unverified. */
export function readNote(note: string): { text: string; claimed: NoteSignature[] } {
  const { text, lines } = parse(note)
  return { text, claimed: lines.map(({ name, keyId }) => ({ name, keyId })) }
}

/** Signature lines for a text, each ending in a newline. `seconds` since the epoch, for keys that say when. */
export function signatureLines(text: string, signers: readonly NoteSigner[], seconds = 0): string {
  const bytes = Buffer.from(text)
  const lines = signers.map((signer) => {
    const signature = Buffer.concat([Buffer.from(signer.keyId, 'hex'), signer.sign(bytes, seconds)]).toString('base64')
    return `${lineStart}${signer.name} ${signature}\n`
  })
  return lines.join('')
}

/** `text` must end in a newline. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n')) throw malformed('The text does not end in a newline.')
  return `${text}\n${signatureLines(text, signers)}`
}
