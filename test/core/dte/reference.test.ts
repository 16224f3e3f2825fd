import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Project, ts } from 'ts-morph'
import { expect, test } from 'vitest'
import { applyChangeSpec } from '../../../core/index.ts'

/** Sources of zod's core, as its package ships them: real code that neither engine was written for. */
const sources = (): Record<string, string> => {
  const root = join(dirname(createRequire(import.meta.url).resolve('zod/package.json')), 'src/v4/core')
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (p) => p.endsWith('.ts') && !p.includes('tests'),
  )
  return Object.fromEntries(paths.map((p) => [`src/${p.replaceAll('\\', '/')}`, readFileSync(join(root, p), 'utf8')]))
}

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  skipLibCheck: true,
}
const tsconfig = JSON.stringify({
  compilerOptions: { target: 'es2022', module: 'nodenext', strict: true, skipLibCheck: true, noEmit: true },
  include: ['src'],
})

test('renames on real code give the bytes that ts-morph gives', { timeout: 240_000 }, async () => {
  const files = { ...sources(), 'tsconfig.json': tsconfig, 'package.json': '{"type":"module"}' }
  const names = ['joinValues', 'stringifyPrimitive', 'nullish', 'cleanRegex', 'isPlainObject']
  const operations = names.map((name) => ({
    op: 'renameSymbol' as const,
    symbol: `src/util.ts#${name}`,
    to: `${name}Renamed`,
  }))
  const ours = await applyChangeSpec({ version: 1, title: 'T', risk: 'low', operations }, files)

  const project = new Project({ useInMemoryFileSystem: true, compilerOptions })
  for (const [path, text] of Object.entries(files)) project.createSourceFile(`/${path}`, text, { overwrite: true })
  for (const name of names) {
    const declared = project.getSourceFileOrThrow('/src/util.ts').getFunctionOrThrow(name)
    declared.rename(`${name}Renamed`)
  }
  const theirs = Object.fromEntries(
    project
      .getSourceFiles()
      .map((file) => [file.getFilePath().slice(1), file.getFullText()] as const)
      .filter(([path, text]) => files[path as keyof typeof files] !== text),
  )
  expect(Object.keys(ours.files).length).toBeGreaterThan(3)
  expect(ours.files).toEqual(theirs)
})
