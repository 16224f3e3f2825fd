import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Folders whose files that are not TypeScript are read at run time, from beside the code. */
const withAssets = ['core', 'app', 'action', 'test/github', 'test/demo']
/** Files of the demo's project: data, whatever they are written in. */
const data = 'test/demo/project'

const root = resolve(import.meta.dirname, '..')

/** Emits what the npm package runs: Node runs no TypeScript under `node_modules`. */
export function buildPackage(): void {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const tsc = join(root, 'node_modules/@typescript/native/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  rmSync(join(root, 'dist', data), { recursive: true, force: true })
  for (const folder of withAssets) {
    const from = join(root, folder)
    if (!existsSync(from)) continue
    cpSync(from, join(root, 'dist', folder), {
      recursive: true,
      filter: (path) =>
        path.startsWith(join(root, data)) || (!/\.ts$/.test(path) && !path.startsWith(join(root, 'action/dist'))),
    })
  }
}
