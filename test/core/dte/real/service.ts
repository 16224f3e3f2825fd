import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import ts from 'typescript'
import type { Files } from './projects.ts'

/** The compiler's own language service on a project held in memory. */
export interface Service {
  service: ts.LanguageService
  options: ts.CompilerOptions
}

const library = dirname(createRequire(import.meta.url).resolve('typescript'))

export function languageService(files: Files): Service {
  const virtual = new Map(Object.entries(files).map(([path, text]) => [`/p/${path}`, text]))
  const config = ts.parseConfigFileTextToJson('/p/tsconfig.json', files['tsconfig.json'] ?? '{}').config as {
    compilerOptions?: object
  }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions ?? {}, '/p')
  const read = (path: string): string | undefined =>
    virtual.get(path) ?? (path.startsWith(library) ? ts.sys.readFile(path) : undefined)
  const folders = new Set<string>()
  for (const path of virtual.keys())
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at))
  const service = ts.createLanguageService({
    getScriptFileNames: () => [...virtual.keys()].filter((path) => /\.[cm]?tsx?$/.test(path)),
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const text = read(path)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => '/p',
    getCompilationSettings: () => options,
    getDefaultLibFileName: (given) => `${library}/${ts.getDefaultLibFileName(given)}`,
    fileExists: (path) => virtual.has(path) || (path.startsWith(library) && ts.sys.fileExists(path)),
    readFile: read,
    directoryExists: (path) => folders.has(path),
    useCaseSensitiveFileNames: () => true,
  })
  return { service, options }
}

/** A file with edits of the service put in. */
export function edited(text: string, edits: readonly { start: number; length: number; text: string }[]): string {
  let out = text
  for (const { start, length, text: put } of [...edits].sort((a, b) => b.start - a.start))
    out = out.slice(0, start) + put + out.slice(start + length)
  return out
}
