/** Expressions of workflows: https://docs.github.com/actions/reference/workflows-and-actions/expressions */

export type Context = Record<string, unknown>
type Token = { kind: 'name' | 'text' | 'number' | 'sign'; value: string }

const scanner = /\s*(?:([A-Za-z_][\w-]*)|'((?:[^']|'')*)'|(\d+(?:\.\d+)?)|(\|\||&&|==|!=|[!.()[\],]))/y

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  scanner.lastIndex = 0
  while (text.slice(scanner.lastIndex).trim() !== '') {
    const found = scanner.exec(text)
    if (found === null) throw new Error(`cannot read the expression ${text}`)
    const [, name, quoted, digits, sign] = found
    if (name !== undefined) tokens.push({ kind: 'name', value: name })
    else if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted.replaceAll("''", "'") })
    else if (digits !== undefined) tokens.push({ kind: 'number', value: digits })
    else tokens.push({ kind: 'sign', value: sign ?? '' })
  }
  return tokens
}

const truthy = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && value !== 0 && value !== false
const shown = (value: unknown): string => (value === undefined || value === null ? '' : String(value))

class Reader {
  readonly #tokens: Token[]
  readonly #context: Context
  #at = 0

  constructor(text: string, context: Context) {
    this.#tokens = tokensOf(text)
    this.#context = context
  }

  whole(): unknown {
    const value = this.#or()
    if (this.#at < this.#tokens.length) throw new Error(`more than one expression: ${this.#tokens[this.#at]?.value}`)
    return value
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'sign' || token.value !== sign) return false
    this.#at++
    return true
  }

  #or(): unknown {
    let value = this.#and()
    while (this.#take('||')) {
      const other = this.#and()
      value = truthy(value) ? value : other
    }
    return value
  }

  #and(): unknown {
    let value = this.#equal()
    while (this.#take('&&')) {
      const other = this.#equal()
      value = truthy(value) ? other : value
    }
    return value
  }

  #equal(): unknown {
    const value = this.#unary()
    if (this.#take('==')) return shown(value).toLowerCase() === shown(this.#unary()).toLowerCase()
    if (this.#take('!=')) return shown(value).toLowerCase() !== shown(this.#unary()).toLowerCase()
    return value
  }

  #unary(): unknown {
    if (this.#take('!')) return !truthy(this.#unary())
    if (this.#take('(')) {
      const value = this.#or()
      if (!this.#take(')')) throw new Error('a bracket is not closed')
      return value
    }
    const token = this.#tokens[this.#at++]
    if (token?.kind === 'text') return token.value
    if (token?.kind === 'number') return Number(token.value)
    if (token?.kind !== 'name') throw new Error('a value is missing')
    return this.#named(token.value)
  }

  #named(name: string): unknown {
    if (name === 'true' || name === 'false') return name === 'true'
    if (this.#take('(')) {
      if (!this.#take(')')) throw new Error(`${name} is called with arguments, which are not known here`)
      const status = this.#context['(status)']
      if (name === 'always') return true
      if (name === 'success') return status === 'success'
      if (name === 'failure') return status === 'failure'
      throw new Error(`no function ${name}`)
    }
    if (!(name in this.#context)) throw new Error(`no context ${name}`)
    let value = this.#context[name]
    while (this.#take('.')) {
      const key = this.#tokens[this.#at++]?.value ?? ''
      value = (value as Context | null | undefined)?.[key]
    }
    return value
  }
}

/** `if:` of a job or a step; without a status function it holds only after successes. */
export function holds(condition: string | undefined, context: Context): boolean {
  const bare = (condition ?? '').replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1')
  const asksStatus = /\b(always|success|failure)\(\)/.test(bare)
  if (!asksStatus && context['(status)'] !== 'success') return false
  return bare.trim() === '' || truthy(new Reader(bare, context).whole())
}

/** A text with its `${{ }}` replaced. */
export const filled = (text: unknown, context: Context): string =>
  shown(text).replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => shown(new Reader(expression, context).whole()))
