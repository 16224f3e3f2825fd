import { z } from 'zod'
import { Hex64 } from '../../../contracts/index.ts'
import type { Check } from '../check.ts'
import { refuse } from '../check.ts'
import { attestationPath, jsonText, manifestPath } from '../files.ts'

const Manifest = z.strictObject({
  version: z.literal(1),
  missionId: z.string().min(1),
  origin: z.string().min(1),
  treeSize: z.int().min(1),
  rootHash: Hex64,
  files: z.array(z.strictObject({ path: z.string(), sha256: Hex64, size: z.int().min(0) })),
})

/** Every file is as the manifest says, none is missing, none is more. */
export const manifestCheck: Check = {
  name: 'manifest',
  async run(inspection) {
    const { archive } = inspection
    const text = (await archive.read(manifestPath)).toString()
    const manifest = Manifest.parse(JSON.parse(text))
    if (jsonText(manifest) !== text) refuse(`${manifestPath} is not written as a manifest is`)
    const listed = new Set([manifestPath, attestationPath])
    for (const { path, sha256, size } of manifest.files) {
      const entry = archive.entries.get(path) ?? refuse(`${path} is missing`)
      if (listed.has(path)) refuse(`${manifestPath} names ${path} twice`)
      if (entry.size !== size || entry.sha256 !== sha256) refuse(`${path} is not the file that ${manifestPath} names`)
      listed.add(path)
    }
    if (!archive.entries.has(attestationPath)) refuse(`${attestationPath} is missing`)
    for (const path of archive.entries.keys()) if (!listed.has(path)) refuse(`${path} is not in ${manifestPath}`)
    inspection.manifest = manifest
    return {
      verdict: 'pass',
      detail: `${manifest.files.length} files, each with the SHA-256 that ${manifestPath} names`,
    }
  },
}
