import { z } from 'zod'
import { Json } from './common.ts'

/** ChangeSpec, version 1. Unknown keys are refused; the shape before defaults is what a plan digest covers. */

const path = z.string().min(1).max(4096)
const symbol = z
  .string()
  .min(1)
  .max(4096)
  .regex(
    /^(module:[^#]+#.+|[^#]+#.+|.+@\d+:\d+)$/,
    'expected path#Name, path#Outer.member, path@LINE:COL or module:NAME#export',
  )
  .describe('`path#Name`, `path#Outer.member`, `path@LINE:COL`, or `module:NAME#export` for a dependency')
const glob = z.string().min(1).max(1024)

const RenameSymbol = z.strictObject({
  op: z.literal('renameSymbol'),
  symbol,
  to: z.string().min(1).max(1024),
  keepAlias: z.boolean().optional(),
  inComments: z.boolean().optional(),
  inStrings: z.boolean().optional(),
})
const ReplaceApi = z.strictObject({
  op: z.literal('replaceAPI'),
  target: symbol,
  replacement: z.string().min(1).describe('`$0`, `$1` … the arguments, `$this` the receiver, `$$$` all arguments'),
  imports: z.array(z.strictObject({ module: z.string().min(1), names: z.array(z.string().min(1)).min(1) })).optional(),
})
const MoveModule = z.strictObject({ op: z.literal('moveModule'), from: path, to: path })
const InsertNode = z.strictObject({
  op: z.literal('insertNode'),
  target: z.union([symbol, path]).describe('a symbol, or a file'),
  position: z.enum(['before', 'after', 'first', 'last']),
  code: z.string().min(1),
  unlessExists: z.boolean().optional(),
})
const DeleteNode = z.strictObject({
  op: z.literal('deleteNode'),
  target: symbol,
  whenReferenced: z.enum(['fail', 'cascade']).optional(),
})
const Patch = z.strictObject({
  op: z.literal('patch'),
  diff: z.string().min(1).describe('a unified diff, applied exactly'),
})

export const Operation = z.discriminatedUnion('op', [
  RenameSymbol,
  ReplaceApi,
  MoveModule,
  InsertNode,
  DeleteNode,
  Patch,
])

export const Invariant = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('typecheck') }),
  z.strictObject({ type: z.literal('symbolExists'), symbol, expect: z.enum(['present', 'absent']) }),
  z.strictObject({ type: z.literal('apiCompat'), entry: path, allow: z.array(z.string()).optional() }),
  z.strictObject({
    type: z.literal('regex'),
    pattern: z.string().min(1).max(10_000),
    files: z.array(glob).optional(),
    expect: z.enum(['present', 'absent']),
  }),
  z.strictObject({
    type: z.literal('semanticRule'),
    rule: z.record(z.string(), Json),
    language: z.string().min(1),
    files: z.array(glob).optional(),
    expect: z.enum(['present', 'absent']),
  }),
])

const Mutation = z.strictObject({
  minScore: z.number().min(0).max(100).optional(),
  scope: z.enum(['changed', 'all']).optional(),
  maxMutants: z.int().min(1).max(100_000).optional(),
})

export const Batching = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('operation') }),
  z.strictObject({ by: z.literal('directory') }),
  z.strictObject({ by: z.literal('size'), maxFiles: z.int().min(1).optional() }),
])

export const Risk = z.enum(['low', 'medium', 'high'])

export const ChangeSpec = z
  .strictObject({
    $schema: z.string().optional(),
    version: z.literal(1),
    title: z.string().min(1).max(256),
    risk: Risk,
    project: path.optional(),
    scope: z.strictObject({ include: z.array(glob).optional(), exclude: z.array(glob).optional() }).optional(),
    operations: z.array(Operation).min(1).max(10_000),
    invariants: z.array(Invariant).max(1_000).optional(),
    mutation: Mutation.optional(),
    batching: Batching.optional(),
  })
  .meta({ id: 'ChangeSpec', title: 'Atomic ChangeSpec, version 1' })

export type ChangeSpec = z.infer<typeof ChangeSpec>
export type Operation = z.infer<typeof Operation>
export type Invariant = z.infer<typeof Invariant>
export type Batching = z.infer<typeof Batching>
export type Risk = z.infer<typeof Risk>
