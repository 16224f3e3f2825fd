import { createRequire } from 'node:module'
import type { ChangeSpec } from '../core/contracts/index.ts'
import { npmInstall } from '../core/dte/testing/npm-install.ts'
import { AtomicError } from '../core/platform/errors.ts'
import type { Job } from './mode.ts'

/** The release that Atomic itself has: another could match otherwise. */
export const pinnedAstGrep = '0.51.1'

function isHere(): boolean {
  try {
    createRequire(import.meta.url).resolve('@ast-grep/napi')
    return true
  } catch {
    return false
  }
}

/**
 * A semanticRule needs ast-grep, a native library for each kind of machine and so no part of the
 * bundle: it is installed beside it when a ChangeSpec asks for it.
 * @throws AtomicError `UNAVAILABLE`
 */
export async function ensureAstGrep({ env, log }: Job, { invariants = [] }: ChangeSpec): Promise<void> {
  if (!invariants.some(({ type }) => type === 'semanticRule') || isHere()) return
  const folder = import.meta.dirname
  const why = await log.foreign((show) =>
    npmInstall([`@ast-grep/napi@${pinnedAstGrep}`], { folder, env, show }).catch((cause: unknown) => String(cause)),
  )
  if (isHere()) return
  throw new AtomicError(
    'UNAVAILABLE',
    `A semanticRule is checked by ast-grep, and @ast-grep/napi ${pinnedAstGrep} cannot be installed on this runner (${why}).`,
  )
}
