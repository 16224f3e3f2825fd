import { readFileSync } from 'node:fs'

const places = ['../', '../../'].map((up) => new URL(up, import.meta.url))

/** Where `package.json` stands: above `app/`, or above `dist/app/` once built. */
export function packageRoot(): URL {
  for (const place of places) if (nameAndVersion(place)?.name === 'atomic') return place
  return places[0]!
}

export const packageVersion = (): string => nameAndVersion(packageRoot())?.version ?? '0.0.0'

const nameAndVersion = (place: URL): { name: string; version: string } | undefined => {
  try {
    return JSON.parse(readFileSync(new URL('package.json', place), 'utf8'))
  } catch {
    return undefined
  }
}
