import { Project as Morph } from 'ts-morph'
import type { Files } from '../../core/dte/real/projects.ts'
import { languageService } from '../../core/dte/real/service.ts'

/** A rename in a project held in memory; the process answers how long it took, ms. */
export interface PeerRequest {
  name: 'service' | 'morph'
  files: Files
  symbol: string
}

/** The compiler's own language service: finds the places and looks no further. */
function service(task: PeerRequest): number {
  const { service } = languageService(task.files)
  const [path, name] = task.symbol.split('#') as [string, string]
  const text = task.files[path] as string
  const at = text.search(new RegExp(`(?<=(class|function) )${name}\\b`))
  return service.findRenameLocations(`/p/${path}`, at, false, false, {})?.length ?? 0
}

function morph(task: PeerRequest): void {
  const { baseUrl, paths } = languageService(task.files).options
  const project = new Morph({
    useInMemoryFileSystem: true,
    compilerOptions: {
      strict: true,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(paths === undefined ? {} : { paths }),
    },
  })
  for (const [path, text] of Object.entries(task.files))
    if (/\.[cm]?tsx?$/.test(path)) project.createSourceFile(`/p/${path}`, text)
  const [path, name] = task.symbol.split('#') as [string, string]
  const file = project.getSourceFileOrThrow(`/p/${path}`)
  const declared = file.getClass(name) ?? file.getFunctionOrThrow(name)
  declared.rename(`${name}Morph`)
}

process.once('message', (request: PeerRequest) => {
  const started = performance.now()
  if (request.name === 'service') service(request)
  else morph(request)
  process.send?.(performance.now() - started)
})
