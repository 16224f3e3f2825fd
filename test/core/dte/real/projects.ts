import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export type Files = Record<string, string>

/** A real project: sources that its npm package ships, or a folder of the user's. */
export interface RealProject {
  name: string
  files: Files
}

const require = createRequire(import.meta.url)
const rootOf = (name: string): string => dirname(require.resolve(`${name}/package.json`))

/** The text files under a folder, by path from `root`. */
export function readFiles(root: string, folder: string, wanted: RegExp): Files {
  const files: Files = {}
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
      .slice(root.length + 1)
      .replaceAll('\\', '/')
    if (entry.isFile() && wanted.test(path) && !/(^|\/)(node_modules|\.git)\//.test(path))
      files[path] = readFileSync(join(root, path), 'utf8')
  }
  return files
}

const sources = /\.(ts|tsx|mts|cts)$/
const tsconfig = (compilerOptions: object, include: string[]): string =>
  `${JSON.stringify({ compilerOptions: { noEmit: true, skipLibCheck: true, types: [], ...compilerOptions }, include }, null, 2)}\n`

/** zod with its own tests, which can be run. */
export const zodWithTests = (): RealProject => ({
  name: 'zod with its tests',
  files: {
    ...readFiles(rootOf('zod'), 'src', sources),
    'package.json': readFileSync(join(rootOf('zod'), 'package.json'), 'utf8'),
    'tsconfig.json': readFileSync(new URL('../../../fixtures/zod.tsconfig.json', import.meta.url), 'utf8'),
  },
})

/** Its tests take two thirds of the time that its types take to check. */
function zod(): RealProject {
  const files = Object.entries(zodWithTests().files).filter(([path]) => !/\/(tests|benchmarks)\//.test(path))
  return { name: 'zod', files: Object.fromEntries(files) }
}

const rxjs = (): RealProject => ({
  name: 'rxjs',
  files: {
    ...readFiles(rootOf('rxjs'), 'src', sources),
    'tsconfig.json': tsconfig(
      {
        target: 'es2019',
        module: 'esnext',
        moduleResolution: 'bundler',
        lib: ['es2022', 'dom', 'dom.iterable'],
        strict: true,
      },
      ['src'],
    ),
  },
})

const ajv = (): RealProject => ({
  name: 'ajv',
  files: {
    ...readFiles(rootOf('ajv'), 'lib', sources),
    'tsconfig.json': tsconfig(
      {
        target: 'es2020',
        module: 'commonjs',
        esModuleInterop: true,
        ignoreDeprecations: '6.0',
        resolveJsonModule: true,
        lib: ['es2022', 'dom'],
        strict: true,
      },
      ['lib'],
    ),
  },
})

/** Open-source projects whose sources are installed anyway. */
export const realProjects = (): RealProject[] => [zod(), rxjs(), ajv()]
