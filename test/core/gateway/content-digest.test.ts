import { createHmac, createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { contentDigest } from '../../../core/gateway/content-digest.ts'

const key = createSecretKey(Buffer.from('a key of the operator'))

describe('the digest of a content', () => {
  it('is that of its UTF-8 and its length, wherever a long text is cut', () => {
    for (const before of [0, 32_766, 32_767, 32_768, 65_535])
      for (const last of ['', 'z', '🦜', '漢'.repeat(40_000)]) {
        const text = `${'a'.repeat(before)}${last}`
        const bytes = Buffer.from(text)
        const digest = createHmac('sha256', key).update(bytes).update(`\0${bytes.length}\0`).digest('hex')
        expect(contentDigest(key, [text])).toEqual({ digest, lengths: [bytes.length] })
      }
  })

  it('tells apart what is divided otherwise', () => {
    const digests = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], ['a\x001\0', '']].map(
      (parts) => contentDigest(key, parts).digest,
    )
    expect(new Set(digests).size).toBe(digests.length)
  })
})
