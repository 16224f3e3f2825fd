import { z } from 'zod'
import { Hex64 } from '../../../contracts/index.ts'
import type { Check } from '../check.ts'
import { parseJson, refuse } from '../check.ts'
import { attestationPath, jsonText, manifestPath } from '../files.ts'

const Manifest = z.strictObject({
  version: z.literal(1),
  missionId: z.string().min(1),
  origin: z.string().min(1),
  treeSize: z.int().min(1),
  rootHash: Hex64,
  files: z.array(z.strictObject({ path: z.string(), sha256: Hex64, size: z.int().min(0) })),
})

const mostShown = 20
const shown = (faults: readonly string[]): string =>
  faults.length > mostShown
    ? `${faults.slice(0, mostShown).join('; ')}; and ${faults.length - mostShown} more`
    : faults.join('; ')

/** Every file is as the manifest says, none is missing, none is more. */
export const manifestCheck: Check = {
  name: 'manifest',
  async run(inspection) {
    const { archive } = inspection
    const text = (await archive.read(manifestPath)).toString()
    const parsed = Manifest.safeParse(parseJson(text, manifestPath))
    if (!parsed.success) return refuse(`${manifestPath} does not say what a manifest says`)
    const manifest = parsed.data
    if (jsonText(manifest) !== text) refuse(`${manifestPath} is not written as a manifest is`)
    const faults: string[] = []
    const listed = new Set([manifestPath, attestationPath])
    for (const { path, sha256, size } of manifest.files) {
      const entry = archive.entries.get(path)
      if (listed.has(path)) faults.push(`${path} is named twice`)
      else if (!entry) faults.push(`${path} is missing`)
      else if (entry.size !== size || entry.sha256 !== sha256) faults.push(`${path} was changed`)
      listed.add(path)
    }
    if (!archive.entries.has(attestationPath)) faults.push(`${attestationPath} is missing`)
    for (const path of archive.entries.keys()) if (!listed.has(path)) faults.push(`${path} was added`)
    // What the manifest says is still what the other checks go by: each of them names its own faults.
    inspection.manifest = manifest
    if (faults.length > 0) refuse(`against ${manifestPath}: ${shown(faults)}`)
    return {
      verdict: 'pass',
      detail: `${manifest.files.length} files, each with the SHA-256 that ${manifestPath} names`,
    }
  },
}
