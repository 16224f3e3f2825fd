/**
 * Small TypeScript programs known by construction: namespaces and merged declarations, values and types of one name,
 * export lists, re-exports under the same name, another, and by `export *`. What a rename must do is said by the rules
 * of the language's scopes alone, without a compiler.
 */

export type Meaning = 'value' | 'type' | 'namespace'
type Kind = 'const' | 'function' | 'class' | 'interface' | 'alias' | 'namespace' | 'param' | 'tparam'

/** One symbol: all declarations of a name in a scope. */
export interface Entity {
  name: string
  scope: Scope
  kinds: Kind[]
  exported: boolean
  /** Bodies of its functions and blocks of its namespace, one for each such kind. */
  bodies: Scope[]
  /** What an import or a renaming export stands for. */
  target?: Entity
  /** An import under its own name: its name is that of its target. */
  follows?: boolean
}
interface Use {
  /** From the outermost qualifier to what is meant. */
  chain: Entity[]
  form: 'value' | 'shorthand' | 'type' | 'typeof'
  /** The property of a shorthand, whatever becomes of the variable. */
  property: string
  scope: Scope
}
export interface Scope {
  kind: 'module' | 'function' | 'namespace'
  parent?: Scope
  /** The namespace whose block this is. */
  owner?: Entity
  entities: Entity[]
  uses: Use[]
  functions: Scope[]
  /** Of a module: `export { target as name }`. */
  list: Entity[]
}
/** `c.ts`: what it gives out of `a.ts`, one by one and by stars. */
interface Barrel {
  /** Names of their own (an alias), or their target's. */
  explicit: Entity[]
  stars: Scope[]
}
export interface Program {
  a: Scope
  d: Scope
  b: Scope
  barrel: Barrel
  entities: Entity[]
}

export const names = ['x', 'y', 'z'] as const
export type NameOf = (entity: Entity) => string
type Pick = (below: number) => number

const meanings: Record<Kind, Meaning[]> = {
  const: ['value'],
  function: ['value'],
  param: ['value'],
  class: ['value', 'type'],
  interface: ['type'],
  alias: ['type'],
  tparam: ['type'],
  namespace: ['value', 'namespace'],
}
/** What may be declared together under one name. */
const merges: Kind[][] = [
  ['const'],
  ['function'],
  ['class'],
  ['interface'],
  ['alias'],
  ['namespace'],
  ['interface', 'interface'],
  ['interface', 'const'],
  ['interface', 'class'],
  ['alias', 'const'],
  ['alias', 'function'],
  ['namespace', 'namespace'],
  ['function', 'namespace'],
  ['class', 'namespace'],
  ['interface', 'namespace'],
]

const means = (entity: Entity): Meaning[] =>
  entity.target !== undefined ? means(entity.target) : entity.kinds.flatMap((kind) => meanings[kind])

/** The entity whose name this one bears. */
export const rootOf = (entity: Entity): Entity =>
  entity.follows === true && entity.target !== undefined ? rootOf(entity.target) : entity
const finalOf = (entity: Entity): Entity => (entity.target === undefined ? entity : finalOf(entity.target))

const blocksOf = (entity: Entity): Scope[] => finalOf(entity).bodies.filter((body) => body.kind === 'namespace')
const membersOf = (entity: Entity): Entity[] =>
  blocksOf(entity).flatMap((block) => block.entities.filter((e) => e.exported))

/** What a name means at a place: blocks first, then what the whole namespace gives out, then outside. */
function lookup(name: string, meaning: Meaning, scope: Scope | undefined, nameOf: NameOf): Entity | undefined {
  if (scope === undefined) return undefined
  const fits = (e: Entity): boolean => nameOf(e) === name && means(e).includes(meaning)
  return (
    scope.entities.find(fits) ??
    (scope.owner === undefined ? undefined : membersOf(scope.owner).find(fits)) ??
    lookup(name, meaning, scope.parent, nameOf)
  )
}

interface Given {
  name: string
  root: Entity
}
const exportsOf = (module: Scope, nameOf: NameOf): Given[] =>
  [...module.entities.filter((e) => e.exported), ...module.list].map((e) => ({ name: nameOf(e), root: e }))

/** What the barrel gives out; two stars that disagree cancel each other. */
function barrelExports({ explicit, stars }: Barrel, nameOf: NameOf): Given[] {
  const own = explicit.map((e) => ({ name: nameOf(e), root: rootOf(e) }))
  const starred = stars.flatMap((module) => exportsOf(module, nameOf))
  const seen = starred.filter(
    (given) =>
      !own.some((o) => o.name === given.name) &&
      !starred.some((other) => other.name === given.name && finalOf(other.root) !== finalOf(given.root)),
  )
  return [...own, ...seen]
}

const real: NameOf = (entity) => rootOf(entity).name

export function generate(pick: Pick): Program {
  const entities: Entity[] = []
  const newScope = (kind: Scope['kind'], parent?: Scope, owner?: Entity): Scope => ({
    kind,
    entities: [],
    uses: [],
    functions: [],
    list: [],
    ...(parent === undefined ? {} : { parent }),
    ...(owner === undefined ? {} : { owner }),
  })
  const add = (scope: Scope, entity: Omit<Entity, 'scope' | 'bodies'>): Entity => {
    const made = { ...entity, scope, bodies: [] }
    scope.entities.push(made)
    entities.push(made)
    return made
  }
  const declare = (scope: Scope, depth: number): void => {
    const name = names[pick(names.length)] as string
    const taken = [...scope.entities, ...(scope.owner === undefined ? [] : membersOf(scope.owner))]
    if (taken.some((e) => real(e) === name)) return
    const choice = merges[pick(scope.kind === 'function' ? 5 : merges.length)] as Kind[]
    const entity = add(scope, { name, kinds: choice, exported: scope.kind !== 'function' && pick(3) > 0 })
    for (const kind of choice) {
      if (kind === 'function') entity.bodies.push(body(scope, depth))
      if (kind !== 'namespace') continue
      const block = newScope('namespace', scope, entity)
      entity.bodies.push(block)
      for (let i = pick(3); i > 0; i--) declare(block, depth + 2)
    }
  }
  const body = (parent: Scope, depth: number): Scope => {
    const scope = newScope('function', parent)
    for (let i = pick(3); i > 0; i--) {
      const name = names[pick(names.length)] as string
      if (!scope.entities.some((e) => e.name === name))
        add(scope, { name, kinds: [pick(3) === 0 ? 'tparam' : 'param'], exported: false })
    }
    if (depth < 2) for (let i = pick(2); i > 0; i--) declare(scope, depth + 1)
    return scope
  }
  const module = (): Scope => {
    const scope = newScope('module')
    for (let i = pick(3) + 2; i > 0; i--) declare(scope, 0)
    if (pick(2) === 0) scope.functions.push(body(scope, 1))
    return scope
  }
  const takenBy = (given: readonly Given[], name: string): boolean => given.some((g) => g.name === name)
  /** `export { e as name }` in the module that declares it. */
  const aliases = (scope: Scope): void => {
    const own = scope.entities.filter((e) => !e.exported)
    const target = own[pick(Math.max(1, own.length))]
    const name = names[pick(names.length)] as string
    if (target === undefined || pick(2) === 0 || takenBy(exportsOf(scope, real), name) || name === target.name) return
    const made = newExport(scope, name, target)
    scope.list.push(made)
    entities.push(made)
  }
  const newExport = (scope: Scope, name: string, target: Entity, follows = false): Entity => ({
    name,
    scope,
    kinds: [],
    exported: true,
    bodies: [],
    target,
    ...(follows ? { follows } : {}),
  })
  const a = module()
  const d = module()
  for (const scope of [a, d]) aliases(scope)
  const barrel: Barrel = { explicit: [], stars: pick(2) === 0 ? [] : pick(2) === 0 ? [a] : [a, d] }
  const c = newScope('module')
  for (const given of exportsOf(a, real)) {
    if (pick(2) === 0) continue
    const aliased = pick(2) === 0
    const name = aliased ? (names[pick(names.length)] as string) : given.name
    if (
      takenBy(
        barrel.explicit.map((e) => ({ name: real(e), root: e })),
        name,
      )
    )
      continue
    if (aliased && name === given.name) continue
    const made = newExport(c, name, given.root, !aliased)
    barrel.explicit.push(made)
    if (aliased) entities.push(made)
  }
  const b = newScope('module')
  for (const given of barrelExports(barrel, real)) {
    if (pick(3) === 0) continue
    const aliased = pick(3) === 0
    const name = aliased ? (names[pick(names.length)] as string) : given.name
    if (b.entities.some((e) => real(e) === name) || (aliased && name === given.name)) continue
    add(b, { name, kinds: [], exported: false, target: given.root, ...(aliased ? {} : { follows: true }) })
  }
  for (let i = pick(2) + 1; i > 0; i--) declare(b, 0)
  b.functions.push(body(b, 1))
  const program = { a, d, b, barrel, entities }
  for (const scope of [a, d, b]) use(scope, pick)
  return program
}

function within(scope: Scope): Scope[] {
  return [scope, ...scope.functions.flatMap(within), ...scope.entities.flatMap((e) => e.bodies.flatMap(within))]
}

/** Uses of what is in sight: plain, as a type, in a shorthand, and through a namespace. */
function use(module: Scope, pick: Pick): void {
  for (const scope of within(module)) {
    for (let i = pick(4); i > 0; i--) {
      const form = (['value', 'shorthand', 'type', 'typeof'] as const)[pick(4)] as Use['form']
      const meaning = form === 'type' ? 'type' : 'value'
      const name = names[pick(names.length)] as string
      const outer = lookup(name, form === 'type' && pick(2) === 0 ? 'namespace' : meaning, scope, real)
      const inner = outer === undefined ? [] : membersOf(outer).filter((e) => means(e).includes(meaning))
      const member = inner[pick(Math.max(1, inner.length))]
      if (outer !== undefined && member !== undefined && pick(2) === 0 && form !== 'shorthand') {
        // A qualifier is read as a value before a value and as a namespace before a type.
        const head = lookup(name, form === 'type' ? 'namespace' : 'value', scope, real)
        if (head === outer) scope.uses.push({ chain: [outer, member], form, property: '', scope })
      } else if (outer !== undefined && means(outer).includes(meaning)) {
        if (lookup(name, meaning, scope, real) === outer)
          scope.uses.push({ chain: [outer], form, property: name, scope })
      }
    }
  }
}

function printUse({ chain, form, property }: Use, name: NameOf): string {
  const path = chain.map(name).join('.')
  if (form === 'type') return `use<${path}>(0)`
  if (form === 'typeof') return `use<typeof ${path}>(0)`
  return form === 'value' ? `use(${path})` : `use({ ${path === property ? path : `${property}: ${path}`} })`
}

function printBody(scope: Scope, name: NameOf, indent: string): string {
  let out = ''
  for (const entity of scope.entities) out += printEntity(entity, name, indent)
  for (const inner of scope.functions) out += `${indent}use(function ${printFunction(inner, name, indent)})\n`
  for (const one of scope.uses) out += `${indent}${printUse(one, name)}\n`
  return out
}

function printFunction(scope: Scope, name: NameOf, indent: string): string {
  const of = (kind: Kind): string[] => scope.entities.filter((e) => e.kinds.includes(kind)).map(name)
  const types = of('tparam')
  const head = `${types.length === 0 ? '' : `<${types.join(', ')}>`}(${of('param')
    .map((p) => `${p}?: 0`)
    .join(', ')})`
  return `${head} {\n${printBody(scope, name, `${indent}  `)}${indent}}`
}

function printEntity(entity: Entity, name: NameOf, indent: string): string {
  const own = name(entity)
  const lead = `${indent}${entity.exported ? 'export ' : ''}`
  let body = 0
  return entity.kinds
    .map((kind) => {
      if (kind === 'const') return `${lead}const ${own} = 1\n`
      if (kind === 'class') return `${lead}class ${own} {}\n`
      if (kind === 'interface') return `${lead}interface ${own} {}\n`
      if (kind === 'alias') return `${lead}type ${own} = 0\n`
      if (kind === 'function')
        return `${lead}function ${own}${printFunction(entity.bodies[body++] as Scope, name, indent)}\n`
      if (kind === 'namespace') {
        const inner = entity.bodies[body++] as Scope
        // Something of a value in it, so that the namespace is one.
        return `${lead}namespace ${own} {\n${indent}  use(0)\n${printBody(inner, name, `${indent}  `)}${indent}}\n`
      }
      return ''
    })
    .join('')
}

const printImport = (entity: Entity, name: NameOf, word: string, from: string): string => {
  const target = name(entity.target as Entity)
  const text = entity.follows === true ? target : `${target} as ${name(entity)}`
  return `${word} { ${text} } from './${from}'\n`
}

export function texts({ a, b, d, barrel }: Program, nameOf: NameOf = (e) => e.name): Record<string, string> {
  const name: NameOf = (e) => nameOf(rootOf(e))
  const lists = (scope: Scope): string =>
    scope.list.map((e) => `export { ${name(e.target as Entity)} as ${name(e)} }\n`).join('')
  return {
    'tsconfig.json': '{ "compilerOptions": { "noLib": true, "types": [], "module": "esnext" } }\n',
    'a.ts': `${printBody(a, name, '')}${lists(a)}export {}\n`,
    'b.ts': `${b.entities
      .filter((e) => e.target !== undefined)
      .map((e) => printImport(e, name, 'import', 'c'))
      .join('')}${printBody(b, name, '')}export {}\n`,
    'c.ts': `${barrel.explicit.map((e) => printImport(e, name, 'export', 'a')).join('')}${barrel.stars
      .map((s) => `export * from './${s === a ? 'a' : 'd'}'\n`)
      .join('')}export {}\n`,
    'd.ts': `${printBody(d, name, '')}${lists(d)}export {}\n`,
    'use.d.ts': 'declare function use<T>(x?: unknown): void\n',
  }
}

/** What a rename must lead to: the texts, or a collision. */
export function expected(program: Program, target: Entity, to: string): Record<string, string> | 'collision' {
  const root = rootOf(target)
  const name: NameOf = (e) => (rootOf(e) === root ? to : rootOf(e).name)
  const twice = (list: readonly Entity[]): boolean => new Set(list.map(name)).size < list.length
  const { a, b, d, barrel } = program
  for (const scope of [a, b, d].flatMap(within)) {
    if (twice(scope.entities)) return 'collision'
    if (scope.owner !== undefined && twice(membersOf(scope.owner))) return 'collision'
    for (const { chain, form, scope: at } of scope.uses) {
      const [head, member] = chain as [Entity, Entity?]
      const last = form === 'type' ? 'type' : 'value'
      const meaning = member === undefined ? last : form === 'type' ? 'namespace' : 'value'
      if (lookup(name(head), meaning, at, name) !== head) return 'collision'
    }
  }
  for (const module of [a, d]) {
    if (twice([...module.entities.filter((e) => e.exported), ...module.list])) return 'collision'
  }
  if (twice(barrel.explicit)) return 'collision'
  // Everything that was given out is given out still.
  const after = barrelExports(barrel, name)
  for (const given of barrelExports(barrel, real)) {
    const now = after.find((g) => g.name === name(given.root))
    if (now === undefined || finalOf(now.root) !== finalOf(given.root)) return 'collision'
  }
  // An import goes on taking the very export that it took.
  for (const { target: taken } of b.entities) {
    if (taken !== undefined && !after.some((g) => g.name === name(taken) && g.root === rootOf(taken)))
      return 'collision'
  }
  return texts(program, (e) => name(e))
}
