import ts from 'typescript'
import { type VirtualFiles, virtualRoot } from './files.ts'

const caches = new WeakMap<ts.CompilerOptions, { structure: string; cache: ts.ModuleResolutionCache }>()

/** Resolutions made before; they hold while the same files exist and packages and configurations say the same. */
export function resolutionCache(files: VirtualFiles, options: ts.CompilerOptions): ts.ModuleResolutionCache {
  const known = caches.get(options)
  if (known?.structure === files.structure) return known.cache
  const cache = ts.createModuleResolutionCache(virtualRoot, (name) => name, options)
  caches.set(options, { structure: files.structure, cache })
  return cache
}
