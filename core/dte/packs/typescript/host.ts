import ts from 'typescript'
import { libraryLocation, librarySource, toTree, type VirtualFiles, virtualRoot } from './files.ts'

/** A compiler's view of the tree; sources are parsed once for each content and module format. */
export function compilerHost(files: VirtualFiles): ts.CompilerHost {
  const sources = new Map<string, { oid: string; format: unknown; source: ts.SourceFile }>()
  return {
    getSourceFile: (name, versionOrOptions) => {
      const given = typeof versionOrOptions === 'object' ? versionOrOptions : { languageVersion: versionOrOptions }
      const options: ts.CreateSourceFileOptions = { ...given, jsDocParsingMode: ts.JSDocParsingMode.ParseAll }
      const path = toTree(name)
      if (path === undefined) return librarySource(name, options)
      const oid = files.oid(path)
      if (oid === undefined) return undefined
      const known = sources.get(path)
      if (known?.oid === oid && known.format === options.impliedNodeFormat) return known.source
      const text = files.readFile(name)
      if (text === undefined) return undefined
      const source = ts.createSourceFile(name, text, options, true)
      sources.set(path, { oid, format: options.impliedNodeFormat, source })
      return source
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
