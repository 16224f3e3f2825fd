import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '..')

/**
 * What the runner starts, and what that starts as processes of their own: each stands beside the
 * chunks, where `new URL('./NAME.js', import.meta.url)` finds it.
 */
const entries = ['action/main.ts']

// Bundled CommonJS modules call `require` for Node's own.
const banner =
  "import{createRequire as atomicCreateRequire}from'node:module';const require=atomicCreateRequire(import.meta.url);"

/** Bundles the Action: ESM, split into chunks, the same bytes from the same sources wherever it is run. */
export async function buildBundle(outdir: string): Promise<{ files: number; bytes: number }> {
  const out = resolve(root, outdir)
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: out,
    outbase: root,
    entryNames: '[name]',
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    legalComments: 'none',
    banner: { js: banner },
    logLevel: 'warning',
    write: false,
  })
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  for (const file of outputFiles) writeFileSync(join(out, relative(out, file.path)), file.contents)
  // A package.json of its own keeps Node from looking further up for the kind of module these are.
  writeFileSync(join(out, 'package.json'), '{"type":"module"}\n')
  const names = readdirSync(out)
  return { files: names.length, bytes: names.reduce((sum, name) => sum + statSync(join(out, name)).size, 0) }
}
