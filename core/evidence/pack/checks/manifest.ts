import { z } from 'zod'
import { Hex64 } from '../../../contracts/index.ts'
import type { Check } from '../check.ts'
import { parseJson, refuse } from '../check.ts'
import { attestationPath, manifestPath, manifestText, sumsOf } from '../files.ts'

/** Of packs that this verifier reads. */
const format = 1

const Manifest = z.strictObject({
  version: z.literal(format),
  edition: z.int().min(1).optional(),
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
    const read = parseJson((await archive.read(manifestPath)).toString(), manifestPath)
    const { version } = Object(read) as { version?: unknown }
    if (Number(version) > format)
      return refuse(`the pack is of format ${version}, this verifier reads up to ${format}: take a newer Atomic`)
    const parsed = Manifest.safeParse(read)
    if (!parsed.success) return refuse(`${manifestPath} does not say what a manifest says`)
    const { files, ...manifest } = parsed.data
    if ((await sumsOf(manifestText(parsed.data))).sha256 !== archive.entries.get(manifestPath)!.sha256)
      refuse(`${manifestPath} is not written as a manifest is`)
    const faults: string[] = []
    const listed = new Set([manifestPath, attestationPath])
    for (const { path, sha256, size } of files) {
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
      detail: `${files.length} files, each with the SHA-256 that ${manifestPath} names`,
    }
  },
}
