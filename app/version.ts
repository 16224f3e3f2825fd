import { readFileSync } from 'node:fs'

/** Version of this package: `package.json` stands above `app/`, or above `dist/app/` once built. */
export function packageVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'))
      if (name === 'atomic') return version
    } catch {
      // Not here: the other place is tried.
    }
  }
  return '0.0.0'
}
