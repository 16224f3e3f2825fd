import { buildBundle } from './build-bundle.ts'
import { buildPackage } from './build-package.ts'

/** `build`: the Action's bundle in action/dist. `build --package`: JavaScript and declarations in dist, for npm. */
if (process.argv.includes('--package')) {
  buildPackage()
} else {
  const { files, bytes } = await buildBundle('action/dist')
  console.log(`action/dist: ${files} files, ${(bytes / 1024 ** 2).toFixed(1)} MB`)
}
