/**
 * Small programs whose scopes are known by construction, so that what a rename must do can be said
 * without a compiler: shadowing, parameters, hoisting, shorthand, imports under their own name and another.
 */

export interface Decl {
  name: string
  kind: 'const' | 'param' | 'function' | 'import'
  scope: Scope
  /** The declaration in the other module that an import stands for. */
  imports?: Decl
  /** Imported as `{ original as name }`. */
  aliased?: boolean
  exported?: boolean
  /** A parameter that is taken out of an object by its name: `({ name })`. */
  pattern?: string
}
interface Use {
  decl: Decl
  shorthand: boolean
  /** The property that a shorthand names, whatever becomes of the variable. */
  property: string
  scope: Scope
}
export interface Scope {
  kind: 'module' | 'function' | 'block'
  parent?: Scope
  decls: Decl[]
  items: (Use | { inner: Scope; decl?: Decl })[]
}
export interface Program {
  a: Scope
  b: Scope
  decls: Decl[]
}

export const names = ['x', 'y', 'z', 'w'] as const
type Pick = (n: number) => number

const lookup = (name: string, scope: Scope | undefined): Decl | undefined =>
  scope === undefined ? undefined : (scope.decls.find((d) => d.name === name) ?? lookup(name, scope.parent))

/** A program from a stream of small numbers. */
export function generate(pick: Pick): Program {
  const decls: Decl[] = []
  const declare = (scope: Scope, kind: Decl['kind'], more: Partial<Decl> = {}): Decl | undefined => {
    const name = names[pick(names.length)] as string
    if (scope.decls.some((d) => d.name === name)) return undefined
    const decl: Decl = { name, kind, scope, ...more }
    scope.decls.push(decl)
    decls.push(decl)
    return decl
  }
  const fill = (scope: Scope, depth: number): void => {
    for (let i = pick(3) + 1; i > 0; i--) {
      const what = pick(depth > 2 ? 1 : 3)
      if (what === 0) declare(scope, 'const', scope.kind === 'module' && pick(2) === 0 ? { exported: true } : {})
      else if (what === 1) {
        const inner: Scope = { kind: 'block', parent: scope, decls: [], items: [] }
        scope.items.push({ inner })
        fill(inner, depth + 1)
      } else {
        const decl = declare(scope, 'function', scope.kind === 'module' && pick(2) === 0 ? { exported: true } : {})
        const inner: Scope = { kind: 'function', parent: scope, decls: [], items: [] }
        for (let p = pick(3); p > 0; p--) {
          const param = declare(inner, 'param')
          if (param !== undefined && pick(2) === 0) param.pattern = param.name
        }
        scope.items.push({ inner, ...(decl === undefined ? {} : { decl }) })
        fill(inner, depth + 1)
      }
    }
  }
  const uses = (scope: Scope): void => {
    for (const item of scope.items) if ('inner' in item) uses(item.inner)
    for (let i = pick(4); i > 0; i--) {
      const decl = lookup(names[pick(names.length)] as string, scope)
      if (decl !== undefined)
        scope.items.splice(pick(scope.items.length + 1), 0, {
          decl,
          shorthand: pick(3) === 0,
          property: decl.name,
          scope,
        })
    }
  }
  const module = (): Scope => ({ kind: 'module', decls: [], items: [] })
  const [a, b] = [module(), module()]
  fill(a, 0)
  for (const exported of a.decls.filter((d) => d.exported)) {
    if (pick(2) === 0) continue
    const aliased = pick(3) === 0
    const name = aliased ? (names[pick(names.length)] as string) : exported.name
    if (b.decls.some((d) => d.name === name) || (aliased && name === exported.name)) continue
    const decl: Decl = { name, kind: 'import', scope: b, imports: exported, ...(aliased ? { aliased } : {}) }
    b.decls.push(decl)
    decls.push(decl)
  }
  fill(b, 0)
  uses(a)
  uses(b)
  return { a, b, decls }
}

type NameOf = (decl: Decl) => string

function print(scope: Scope, name: NameOf, indent: string): string {
  let out = ''
  for (const d of scope.decls) {
    if (d.kind === 'const') out += `${indent}${d.exported ? 'export ' : ''}const ${name(d)} = 1\n`
    if (d.kind === 'import') {
      const original = name(d.imports as Decl)
      out += `${indent}import { ${original === name(d) && !d.aliased ? original : `${original} as ${name(d)}`} } from './a'\n`
    }
  }
  for (const item of scope.items) {
    if (!('inner' in item)) {
      const now = name(item.decl)
      out += `${indent}use(${item.shorthand ? `{ ${now === item.property ? now : `${item.property}: ${now}`} }` : now})\n`
    } else if (item.inner.kind === 'block') out += `${indent}{\n${print(item.inner, name, `${indent}  `)}${indent}}\n`
    else {
      const params = item.inner.decls
        .filter((d) => d.kind === 'param')
        .map((d) =>
          d.pattern === undefined ? name(d) : `{ ${d.pattern === name(d) ? name(d) : `${d.pattern}: ${name(d)}`} }`,
        )
      const head =
        item.decl === undefined ? 'use(function ' : `${item.decl.exported ? 'export ' : ''}function ${name(item.decl)}`
      out += `${indent}${head}(${params.join(', ')}) {\n${print(item.inner, name, `${indent}  `)}${indent}}${item.decl === undefined ? ')' : ''}\n`
    }
  }
  return out
}

export const texts = ({ a, b }: Program, name: NameOf = (d) => d.name): Record<string, string> => ({
  'tsconfig.json': '{ "compilerOptions": { "noLib": true, "allowJs": true, "types": [], "module": "esnext" } }\n',
  'a.js': `${print(a, name, '')}export {}\n`,
  'b.js': `${print(b, name, '')}export {}\n`,
  'use.d.ts': 'declare function use(x: unknown): void\n',
})

/** What a rename must lead to: the texts, or a collision. Decided by lexical scope alone. */
export function expected(program: Program, target: Decl, to: string): Record<string, string> | 'collision' {
  const root = target.kind === 'import' && !target.aliased ? (target.imports as Decl) : target
  const renamed = new Set([root, ...program.decls.filter((d) => d.imports === root && !d.aliased)])
  const name: NameOf = (d) => (renamed.has(d) ? to : d.name)
  const find = (wanted: string, scope: Scope | undefined): Decl | undefined =>
    scope === undefined ? undefined : (scope.decls.find((d) => name(d) === wanted) ?? find(wanted, scope.parent))
  let clash = false
  const visit = (scope: Scope): void => {
    if (new Set(scope.decls.map(name)).size < scope.decls.length) clash = true
    for (const item of scope.items) {
      if ('inner' in item) visit(item.inner)
      else if (find(name(item.decl), item.scope) !== item.decl) clash = true
    }
  }
  visit(program.a)
  visit(program.b)
  return clash ? 'collision' : texts(program, name)
}
