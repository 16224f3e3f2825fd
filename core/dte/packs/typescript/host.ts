import ts from 'typescript'
import { libraryLocation, librarySource, toTree, type VirtualFiles, virtualRoot } from './files.ts'
import type { Meaning } from './plain-uses.ts'
import { resolutionCache } from './resolution.ts'
import { parsedPlainUses, parsedSource, parseKey } from './source-cache.ts'

/** Does a program follow what this specifier names? */
export type Follows = (source: ts.SourceFile, specifier: ts.StringLiteralLike) => boolean

/**
 * A compiler's view of the tree under one set of options; by default every import is followed, and every file read
 * whole. With `uses`, of files that only use this name plainly nothing else is read.
 */
export function compilerHost(
  files: VirtualFiles,
  unitOptions: ts.CompilerOptions,
  follows: Follows = () => true,
  uses?: { name: string; meaning: Meaning },
): ts.CompilerHost {
  const key = parseKey(unitOptions)
  return {
    getSourceFile: (name, versionOrOptions) => {
      const given = typeof versionOrOptions === 'object' ? versionOrOptions : { languageVersion: versionOrOptions }
      const options: ts.CreateSourceFileOptions = { ...given, jsDocParsingMode: ts.JSDocParsingMode.ParseAll }
      const path = toTree(name)
      if (path === undefined) return librarySource(name, options)
      const oid = files.oid(path)
      const text = oid === undefined ? undefined : files.readFile(name)
      if (oid === undefined || text === undefined) return undefined
      return (
        (uses === undefined ? undefined : parsedPlainUses(name, oid, text, key, options, uses)) ??
        parsedSource(name, oid, text, key, options)
      )
    },
    resolveModuleNameLiterals: (literals, from, redirected, options, source) => {
      const cache = resolutionCache(files, options)
      // One module named twice in a file is one to the compiler, which keeps the last answer.
      const followed = new Set(literals.filter((literal) => follows(source, literal)).map((literal) => literal.text))
      return literals.map((literal) =>
        followed.has(literal.text)
          ? ts.resolveModuleName(
              literal.text,
              from,
              options,
              files,
              cache,
              redirected,
              ts.getModeForUsageLocation(source, literal, options),
            )
          : { resolvedModule: undefined },
      )
    },
    getDefaultLibFileName: (options) => `${libraryLocation}/${ts.getDefaultLibFileName(options)}`,
    getDefaultLibLocation: () => libraryLocation,
    writeFile: () => undefined,
    getCurrentDirectory: () => virtualRoot,
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: files.fileExists,
    readFile: files.readFile,
    directoryExists: files.directoryExists,
    getDirectories: files.getDirectories,
    realpath: files.realpath,
    jsDocParsingMode: ts.JSDocParsingMode.ParseAll,
  }
}
