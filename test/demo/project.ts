import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export interface Project {
  /** `owner/name` on the demo's GitHub. */
  name: string
  files: Record<string, string | Uint8Array>
  /** The ChangeSpec, as its author wrote it. */
  spec: string
  specPath: string
  /** Command that runs the project's tests; absent where it has none. */
  test?: string
  /** Where its dependencies are installed. */
  nodeModules?: string
}

const require = createRequire(import.meta.url)
const here = (name: string): string => fileURLToPath(new URL(`./project/${name}`, import.meta.url))

function resolved(name: string): string | undefined {
  try {
    return require.resolve(name)
  } catch {
    return undefined
  }
}

const config = (
  test: string | undefined,
): string => `# Who must say yes, and what is checked. Read from the default branch.
version: 1
approvals:
  plan: { required: 1, from: { roles: [write, maintain, admin] } }
verify: { required: true${test === undefined ? '' : `, test: ${JSON.stringify(test)}`} }
`

/** zod's own source and tests, as its npm package ships them, made a project again that can be type-checked and tested. */
export async function zodProject(): Promise<Project> {
  const root = dirname(require.resolve('zod/package.json'))
  // Its tests run on the Vitest that stands in a clone; an installed package may have none beside it.
  const vitest = resolved('vitest/package.json')
  const test = vitest === undefined ? undefined : 'npx vitest run'
  const files: Record<string, Uint8Array | string> = {}
  for (const path of await readdir(join(root, 'src'), { recursive: true, withFileTypes: true }))
    if (path.isFile()) {
      const full = join(path.parentPath, path.name)
      files[`src/${full.slice(join(root, 'src').length + 1).replaceAll('\\', '/')}`] = await readFile(full)
    }
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, unknown>
  const { devDependencies: _, ...kept } = manifest
  files['package.json'] =
    `${JSON.stringify({ ...kept, private: true, scripts: test === undefined ? {} : { test: 'vitest run' } }, null, 2)}\n`
  for (const name of ['LICENSE', 'README.md']) files[name] = await readFile(join(root, name))
  files['tsconfig.json'] = await readFile(here('tsconfig.json'))
  files['vitest.config.ts'] = await readFile(here('vitest.config.ts'))
  files['.gitignore'] = 'node_modules\n'
  files['.github/atomic.yml'] = config(test)
  return {
    name: 'acme/zod',
    files,
    spec: await readFile(here('changespec.json'), 'utf8'),
    specPath: '.atomic/change.json',
    ...(test === undefined || vitest === undefined ? {} : { test, nodeModules: dirname(dirname(vitest)) }),
  }
}

/** The user's own project: what git tracks in a directory, and a ChangeSpec for it. @throws Error that says what to do. */
export async function ownProject(directory: string, specFile: string): Promise<Project> {
  const root = resolve(directory)
  if (!existsSync(join(root, '.git'))) throw new Error(`${root} is not a git repository: --repo names the root of one.`)
  if (!existsSync(specFile)) throw new Error(`There is no file ${resolve(specFile)}: --spec names a ChangeSpec.`)
  const { stdout } = await promisify(execFile)('git', ['-C', root, 'ls-files', '-z'], { maxBuffer: 1 << 28 })
  const files: Record<string, Uint8Array | string> = {}
  for (const path of stdout.split('\0').filter((p) => p !== '' && existsSync(join(root, p))))
    files[path] = await readFile(join(root, path))
  const manifest = files['package.json']
    ? (JSON.parse(Buffer.from(files['package.json']).toString()) as { scripts?: { test?: string } })
    : {}
  const test = manifest.scripts?.test === undefined ? undefined : 'npm test'
  files['.github/atomic.yml'] ??= config(test)
  const yaml = /\.ya?ml$/.test(specFile)
  return {
    name: `acme/${basename(root).replace(/[^\w.-]/g, '-')}`,
    files,
    spec: await readFile(specFile, 'utf8'),
    specPath: `.atomic/demo-change.${yaml ? 'yml' : 'json'}`,
    ...(test === undefined ? {} : { test }),
    ...(existsSync(join(root, 'node_modules')) ? { nodeModules: join(root, 'node_modules') } : {}),
  }
}
