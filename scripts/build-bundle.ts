import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = resolve(import.meta.dirname, '..')

/**
 * What the runner starts, and what that starts as processes of their own: each stands beside the
 * chunks, where `new URL('./NAME.js', import.meta.url)` finds it.
 */
const entries = [
  'action/main.ts',
  'core/dte/child.ts',
  'core/dte/mutators/stryker-plugin.ts',
  'core/dte/testing/runners/mocha-hook.ts',
]

// Bundled CommonJS modules call `require` for Node's own, and TypeScript asks where it stands.
const banner = [
  "import{createRequire as atomicCreateRequire}from'node:module';",
  'const require=atomicCreateRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;',
].join('')

/** The declarations of the language, which the TypeScript pack reads from beside the engine. */
function copyLibraries(to: string): void {
  const from = join(root, 'node_modules/typescript/lib')
  mkdirSync(to)
  for (const name of readdirSync(from)) {
    if (/^lib\.[\w.]*d\.ts$/.test(name)) copyFileSync(join(from, name), join(to, name))
  }
}

/**
 * The native compiler is a program of its own, a package for each machine, and no part of the
 * bundle: where it is installed beside, it is used from there.
 */
const nativeCompiler: Plugin = {
  name: 'native-compiler',
  setup({ onResolve, onLoad }) {
    const name = '@typescript/native/unstable/sync'
    onResolve({ filter: /^@typescript\/native\/unstable\/sync$/ }, () => ({ path: name, namespace: 'native-compiler' }))
    onLoad({ filter: /.*/, namespace: 'native-compiler' }, () => ({
      contents: [
        "import { createRequire } from 'node:module'",
        'export function API(options) {',
        `  return new (createRequire(import.meta.url)('${name}').API)(options)`,
        '}',
      ].join('\n'),
    }))
  },
}

/** What a start would load for nothing: an HTTP client where a module of its importer is not used, errors in fifty languages. */
const lightStart: Plugin = {
  name: 'light-start',
  setup({ onResolve, onLoad, resolve: resolvePath }) {
    onResolve({ filter: /^@actions\/http-client/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'resolved') return undefined
      return { ...(await resolvePath(path, { ...from, pluginData: 'resolved' })), sideEffects: false }
    })
    onLoad({ filter: /node_modules\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}

/** Licences ask that their text goes with what is copied: those of every package that the bundle holds parts of. */
function licences(inputs: readonly string[]): string {
  const folders = new Set<string>()
  for (const input of inputs) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(resolve(root, input))
    if (found?.[1] !== undefined) folders.add(found[1])
  }
  const texts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
      string,
      string
    >
    const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry))
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()
    return `${name}@${version} (${license})\n\n${text}\n`
  })
  return texts.sort().join(`\n${'-'.repeat(72)}\n\n`)
}

/** Bundles the Action: ESM, split into chunks, the same bytes from the same sources wherever it is run. */
export async function buildBundle(outdir: string): Promise<{ files: number; bytes: number }> {
  const out = resolve(root, outdir)
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: out,
    outbase: root,
    entryNames: '[name]',
    chunkNames: 'chunk-[hash]',
    bundle: true,
    // Paths decide names and order: node_modules is `node_modules`, also where that is a link.
    preserveSymlinks: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    legalComments: 'none',
    banner: { js: banner },
    plugins: [nativeCompiler, lightStart],
    logLevel: 'warning',
    metafile: true,
    write: false,
  })
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  for (const file of outputFiles) writeFileSync(join(out, relative(out, file.path)), file.contents)
  copyLibraries(join(out, 'lib'))
  // A package.json of its own keeps Node from looking further up for the kind of module these are.
  writeFileSync(join(out, 'package.json'), '{"type":"module"}\n')
  writeFileSync(join(out, 'licenses.txt'), licences(Object.keys(metafile.inputs)))
  const sizes = readdirSync(out, { recursive: true })
    .map((name) => statSync(join(out, String(name))))
    .filter((stats) => stats.isFile())
    .map((stats) => stats.size)
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}
