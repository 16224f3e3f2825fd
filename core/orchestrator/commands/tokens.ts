export interface Token {
  text: string
  /** It began with a quotation mark: never a flag, a verb or a name. */
  quoted: boolean
}

/** Opening marks and what closes them; phones turn straight quotation marks into curly ones. */
const closing: Record<string, string> = { '"': '"', '“': '”"' }

/** Words of a command line; inside quotation marks `\"` and `\\` stand for the mark and the backslash. */
export function tokens(line: string): Token[] | 'unclosed-quote' {
  const found: Token[] = []
  let i = 0
  while (i < line.length) {
    if (/\s/.test(line[i] as string)) {
      i++
      continue
    }
    const quoted = closing[line[i] as string] !== undefined
    let text = ''
    while (i < line.length && !/\s/.test(line[i] as string)) {
      const close = closing[line[i] as string]
      if (close === undefined) {
        text += line[i++]
        continue
      }
      const from = ++i
      while (i < line.length && !close.includes(line[i] as string)) i += line[i] === '\\' && i + 1 < line.length ? 2 : 1
      if (i >= line.length) return 'unclosed-quote'
      text += line.slice(from, i++).replace(/\\(["\\“”])/g, '$1')
    }
    found.push({ text, quoted })
  }
  return found
}
