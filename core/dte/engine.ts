import type { ApplyAnswer, ChangeSpec, Operation } from '../contracts/index.ts'
import { AtomicError, isAtomicError } from '../platform/errors.ts'
import { compileGlobs, GlobError } from '../platform/glob.ts'
import { planBatches, type Step } from './batching.ts'
import { applyPatch } from './diff/apply.ts'
import { diffTrees } from './diff/unified.ts'
import { engineName } from './engine-name.ts'
import { generatedMarks } from './generated.ts'
import type { LanguagePack, OperationOutcome, PackSession } from './language-pack.ts'
import { languagePacks } from './packs.ts'
import { planDigest } from './plan-digest.ts'
import { applyChanges, isRegular, type Tree, type TreeChanges, type TreeEntry, textOf } from './tree.ts'

export interface Derivation {
  answer: ApplyAnswer
  /** The tree that will land. */
  tree: Tree
  /** What leads from the base to it. */
  changes: TreeChanges
}

export interface DeriveOptions {
  /** Called before each operation, with its index and how many there are. */
  onProgress?: (done: number, total: number) => void
}

/** Which files the spec lets be edited, no dependency's. @throws AtomicError `INVALID_CHANGESPEC` */
function scopeOf(spec: ChangeSpec): (path: string) => boolean {
  try {
    const include = compileGlobs(spec.scope?.include ?? ['**'])
    const exclude = compileGlobs(spec.scope?.exclude ?? [])
    return (path) => include(path) && !exclude(path) && !/(^|\/)node_modules\//.test(path)
  } catch (cause) {
    if (!(cause instanceof GlobError)) throw cause
    throw new AtomicError('INVALID_CHANGESPEC', {
      detail: `The scope cannot be read: ${cause.message}`,
      errors: [{ path: 'scope', message: cause.message }],
      cause,
    })
  }
}

/** The file that decides which language an operation is for. */
function fileOf(operation: Exclude<Operation, { op: 'patch' }>): string {
  switch (operation.op) {
    case 'renameSymbol':
      return operation.symbol.replace(/(@\d+:\d+|#.*)$/, '')
    case 'replaceAPI':
    case 'insertNode':
    case 'deleteNode':
      return operation.target.replace(/(@\d+:\d+|#.*)$/, '')
    case 'moveModule':
      return operation.from
  }
}

class Sessions {
  readonly #open = new Map<LanguagePack, PackSession>()
  readonly #spec: ChangeSpec
  /** May a patch, which names its files, change this one? */
  readonly inScope: (path: string) => boolean
  readonly #mayEdit: (path: string) => boolean

  constructor(spec: ChangeSpec, generated: (path: string) => string | undefined) {
    this.#spec = spec
    this.inScope = scopeOf(spec)
    const named = new Set(spec.scope?.include)
    this.#mayEdit = (path) => this.inScope(path) && (named.has(path) || generated(path) === undefined)
  }

  for(operation: Exclude<Operation, { op: 'patch' }>, tree: Tree): PackSession {
    const file = fileOf(operation)
    // Folders, assets and modules of a dependency are moved and replaced from within code.
    const whole = operation.op === 'moveModule' || file.startsWith('module:')
    const pack = languagePacks.find((p) => p.handles(file)) ?? (whole ? languagePacks[0] : undefined)
    if (pack === undefined) {
      throw new AtomicError('SYMBOL_NOT_FOUND', {
        detail: `No language pack reads ${file}; say it with a patch.`,
        place: `${file}:1:1`,
      })
    }
    let session = this.#open.get(pack)
    if (session === undefined) {
      const project = this.#spec.project
      session = pack.open(tree, { inScope: this.#mayEdit, ...(project === undefined ? {} : { project }) })
      this.#open.set(pack, session)
    }
    return session
  }

  advance(tree: Tree, changes: TreeChanges): void {
    for (const session of this.#open.values()) session.advance(tree, changes)
  }
}

function patchOutcome(tree: Tree, diff: string, inScope: (path: string) => boolean): OperationOutcome {
  const { changes, edits, moved } = applyPatch(tree, diff)
  const outside = [...changes.keys()].find((p) => !inScope(p))
  if (outside !== undefined) {
    throw new AtomicError('PATCH_FAILS', {
      detail: `${outside} lies outside the scope of this ChangeSpec.`,
      place: `${outside}:1:1`,
    })
  }
  return { changes, edits, moved, warnings: [] }
}

/** Most bytes of new contents that all operations together may make: each step's are kept until the end. */
const mostMade = 256 * 1024 * 1024

const contents = new WeakMap<Tree, ReadonlySet<Uint8Array | undefined>>()

/** Counts what operations make. @throws AtomicError `RESOURCE_LIMIT` when it is more than can be kept. */
function budget(base: Tree): (changes: TreeChanges) => void {
  const given = contents.get(base) ?? new Set([...base.values()].map((entry) => entry.data))
  contents.set(base, given)
  const kept = new Set<Uint8Array>()
  let made = 0
  return (changes) => {
    for (const entry of changes.values()) {
      const data = entry?.data
      if (data === undefined || given.has(data) || kept.has(data)) continue
      kept.add(data)
      made += data.length
    }
    if (made > mostMade) {
      throw new AtomicError(
        'RESOURCE_LIMIT',
        `The operations up to here make more than ${mostMade / 1024 / 1024} MiB of files.`,
      )
    }
  }
}

/**
 * Derives what a ChangeSpec does to a tree: all of it, or a refusal. Reads the spec, the tree and the engine, and
 * nothing else; the same input gives the same bytes everywhere.
 * @param raw the spec as parsed, before defaults: what the plan digest covers.
 * @throws AtomicError with a code of the ChangeSpec, the operation's index and the place.
 */
export function derive(spec: ChangeSpec, raw: unknown, base: Tree, options: DeriveOptions = {}): Derivation {
  const generated = generatedMarks(base)
  const sessions = new Sessions(spec, generated)
  const steps: Step[] = []
  const operations: ApplyAnswer['operations'] = []
  const warnings: string[] = []
  const moved = new Map<string, string>()
  const spend = budget(base)
  let tree = base
  spec.operations.forEach((operation, index) => {
    options.onProgress?.(index, spec.operations.length)
    try {
      const outcome =
        operation.op === 'patch'
          ? patchOutcome(tree, operation.diff, sessions.inScope)
          : sessions.for(operation, tree).run(operation)
      spend(outcome.changes)
      tree = applyChanges(tree, outcome.changes)
      sessions.advance(tree, outcome.changes)
      for (const [to, from] of outcome.moved) {
        moved.set(to, moved.get(from) ?? from)
        moved.delete(from)
      }
      steps.push({ operation, index, changes: outcome.changes })
      operations.push({ op: operation.op, filesChanged: outcome.changes.size, edits: outcome.edits })
      warnings.push(...outcome.warnings.map((w) => `operations[${index}]: ${w}`))
    } catch (error) {
      throw atOperation(error, index, generated)
    }
  })
  options.onProgress?.(spec.operations.length, spec.operations.length)
  const { batches, baseTree, resultTree } = planBatches(base, steps, spec.batching)
  const files: Record<string, string | null> = {}
  const changes = new Map<string, TreeEntry | null>()
  for (const path of [...new Set(steps.flatMap((s) => [...s.changes.keys()]))].sort()) {
    const [before, after] = [base.get(path), tree.get(path)]
    if (before?.oid === after?.oid && before?.mode === after?.mode) continue
    changes.set(path, after ?? null)
    const text = textOf(after)
    if (after === undefined) files[path] = null
    else if (isRegular(after) && text !== undefined) files[path] = text
  }
  return {
    tree,
    changes,
    answer: {
      planDigest: planDigest({ baseTree, changeSpec: raw, engine: engineName, resultTree }),
      engine: engineName,
      baseTree,
      resultTree,
      files,
      diff: diffTrees(base, tree, moved)
        .map((f) => f.text)
        .join(''),
      operations,
      batches,
      warnings,
    },
  }
}

/** The same refusal, with the operation it came from. */
function atOperation(error: unknown, operation: number, generated: (path: string) => string | undefined): unknown {
  if (!isAtomicError(error)) return error
  const { code, message, place, errors, cause } = error
  const path = place?.replace(/:\d+:\d+$/, '')
  const sign = path !== undefined && /outside the scope/.test(message) ? generated(path) : undefined
  const detail =
    sign === undefined
      ? message
      : `${message} ${path} is generated, by ${sign}: have its generator make it anew, or name it in scope.include.`
  return new AtomicError(code, {
    detail,
    operation,
    ...(place === undefined ? {} : { place }),
    ...(errors === undefined
      ? {}
      : {
          errors: errors.map((e) => ({ ...e, path: `operations[${operation}]${e.path === '' ? '' : `.${e.path}`}` })),
        }),
    ...(cause === undefined ? {} : { cause }),
  })
}
