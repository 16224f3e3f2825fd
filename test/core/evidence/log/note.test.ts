import { describe, expect, test } from 'vitest'
import { openCheckpoint, readCheckpoint, signCheckpoint } from '../../../../core/evidence/log/checkpoint.ts'
import { newKey, parseSignerKey, parseVerifierKey } from '../../../../core/evidence/log/keys.ts'
import { openNote, signNote } from '../../../../core/evidence/log/note.ts'
import { parseTilePath, tilePath } from '../../../../core/evidence/log/tiles.ts'
import { readTlogProof, writeTlogProof } from '../../../../core/evidence/log/tlog-proof.ts'

const malformed = expect.objectContaining({ code: 'NOTE_MALFORMED' })
const unsigned = expect.objectContaining({ code: 'SIGNATURE_INVALID' })

describe('published examples', () => {
  test('c2sp.org/signed-note', () => {
    const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
    const note =
      'This is an example message.\n\n' +
      '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n'
    expect(openNote(note, [vkey])).toEqual({
      text: 'This is an example message.\n',
      signatures: [{ name: 'example.com/foo', keyId: '530d903a' }],
    })
    expect(() => openNote(note.replace('example message', 'example massage'), [vkey])).toThrow(unsigned)
  })

  test('golang.org/x/mod/sumdb/note', () => {
    const signer = parseSignerKey('PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz')
    const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    const note = signNote(text, [signer])
    expect(signer.vkey).toBe('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
    expect(note).toBe(
      `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`,
    )
  })
})

describe('notes', () => {
  const [ann, bob] = [newKey('ann.test/log'), newKey('bob.test/log')]
  const text = 'first\n\nsecond — line\n'
  const note = signNote(text, [parseSignerKey(ann.skey), parseSignerKey(bob.skey)])
  const lines = note.slice(text.length + 1)

  test('the text may have empty lines; unknown keys are passed over', () => {
    expect(openNote(note, [bob.vkey])).toEqual({
      text,
      signatures: [{ name: 'bob.test/log', keyId: bob.vkey.split('+')[1] }],
    })
    expect(openNote(note, [ann.vkey, bob.vkey]).signatures).toHaveLength(2)
    expect(() => openNote(note, [newKey('eve.test').vkey])).toThrow(unsigned)
    expect(() => openNote(note, [])).toThrow(unsigned)
  })
  test('a known key’s wrong signature spoils the note, whatever the others say', () => {
    const [first, second] = lines.split('\n')
    const wrong = `${text}\n${first}\n${second!.replace(/ [^ ]+$/, ` ${Buffer.alloc(68, Buffer.from(bob.vkey.split('+')[1]!, 'hex')).toString('base64')}`)}\n`
    expect(openNote(wrong, [ann.vkey]).signatures).toHaveLength(1)
    expect(() => openNote(wrong, [ann.vkey, bob.vkey])).toThrow(unsigned)
  })
  test.each([
    ['no signatures', 'text\n'],
    ['an empty signature block', 'text\n\n'],
    ['no last newline', note.slice(0, -1)],
    ['another dash', note.replace('— ann', '- ann')],
    ['a control character', note.replace('first', 'fi\trst')],
    ['a carriage return', note.replaceAll('\n', '\r\n')],
    ['a lone surrogate', note.replace('first', '\ud800')],
    ['no key name', note.replace('— ann.test/log', '— ')],
    ['a plus in the name', note.replace('ann.test', 'ann+test')],
    ['a signature that is no base 64', note.replace(/=\n$/, '\n')],
    ['a short signature', `${text}\n— ann AAAA\n`],
    ['too many signatures', `${text}\n${'— x AAAAAAAA\n'.repeat(101)}`],
  ])('%s is malformed', (_, broken) => {
    expect(() => openNote(broken, [ann.vkey, bob.vkey])).toThrow(malformed)
  })
  test.each([
    'ann',
    'ann+00000000+',
    ann.vkey.replace('ann', 'eve'),
    ann.vkey.slice(0, -1),
    `${ann.vkey}=`,
    ann.vkey.replace('+A', '+B'),
  ])('%s is no verifier key', (vkey) => {
    expect(() => parseVerifierKey(vkey)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
  })
  test('a refused signer key is not shown', () => {
    const broken = ann.skey.replace('+ann', '+eve')
    expect(() => parseSignerKey(broken)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(broken.slice(-20)) }),
    )
  })
})

describe('checkpoints', () => {
  const key = newKey('log.test')
  const rootHash = Buffer.alloc(32, 7)
  const signed = signCheckpoint({ origin: 'log.test', size: (1n << 60n) + 1n, rootHash }, [parseSignerKey(key.skey)])
  test('sizes beyond 2^53 stay exact', () => {
    expect(openCheckpoint(signed, [key.vkey])).toMatchObject({ origin: 'log.test', size: (1n << 60n) + 1n })
  })
  test.each([
    ['a leading zero', signed.replace(/\n1/, '\n01')],
    ['no size', signed.replace(/\n\d+\n/, '\n-\n')],
    ['a short root', signed.replace('BwcH', '')],
    ['an empty line', signed.replace('\n', '\n\n')],
  ])('%s is malformed', (_, note) => {
    expect(() => readCheckpoint(note)).toThrow(malformed)
  })
})

test('a tlog-proof reads as it was written; extra data is passed over', () => {
  const given = {
    index: (1n << 60n) + 3n,
    proof: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)],
    checkpoint: 'log\n1\nx\n\n— a b\n',
  }
  const text = writeTlogProof(given)
  expect(readTlogProof(text)).toEqual(given)
  expect(readTlogProof(text.replace('\nindex', '\nextra AAAA\nindex'))).toEqual(given)
  for (const broken of [text.replace('@v1', '@v2'), text.replace('index 1', 'index 01'), text.replace('AQ', ''), 'x'])
    expect(() => readTlogProof(broken)).toThrow(malformed)
})

test('tile paths', () => {
  expect(tilePath({ level: 0, index: 1234067, width: 256 })).toBe('0/x001/x234/067')
  for (const path of ['0/x001/x234/067', '63/000', 'entries/000.p/255', '2/999.p/1'])
    expect(tilePath(parseTilePath(path))).toBe(path)
  for (const path of ['00/000', '64/000', '0/x000/001', '0/1', '0/000.p/0', '0/000.p/256', '0/000.p/01', '0/001/000'])
    expect(() => parseTilePath(path)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
})
