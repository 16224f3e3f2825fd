import { crc32 } from 'node:zlib'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function toBase62(value: number, width: number): string {
  let rest = value
  let text = ''
  for (let i = 0; i < width; i++) {
    text = base62[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}

/**
 * The last six characters are the CRC-32 of what stands between them and the prefix, in base 62
 * (https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/).
 */
export function githubChecksum(value: string): boolean {
  const body = value.slice(value.lastIndexOf('_') + 1)
  return body.length >= 12 && toBase62(crc32(body.slice(0, -6)), 6) === body.slice(-6)
}
