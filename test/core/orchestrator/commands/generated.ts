/** Comments as nobody writes them: pieces of Markdown, HTML, commands and what breaks parsers, put together by chance. */
const pieces = [
  '/atomic approve plan',
  '/ATOMIC reject execute --reason "no"',
  '/atomic',
  '/atomic rollback all',
  '/atomic aprove pln',
  '/atomic approve plan abcdef1',
  '`',
  '```',
  '~~~',
  '*',
  '**',
  '_',
  '__',
  '~~',
  '> ',
  '- ',
  '1. ',
  '# ',
  '| a | b |',
  '|---|---|',
  '[',
  ']',
  '(',
  ')',
  '[x]: ',
  '![',
  '](u)',
  '<',
  '>',
  '</',
  '<details>',
  '</details>',
  '<!--',
  '-->',
  '<pre>',
  '<script>',
  '<a href="',
  '"',
  "'",
  '“',
  '”',
  '\\',
  '&amp;',
  '&#0;',
  '&#x110000;',
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  '\t',
  '    ',
  ' ',
  '  \n',
  '\u00a0',
  '\u200b',
  '\u202e',
  '\u0000',
  '\ud800',
  '\udc00',
  '🙂',
  'é',
  '@acme/core',
  '#1',
  'https://x.y/z',
  'www.a.b',
  'a@b.c',
  '--reason',
  '--reason=',
  '$',
  '^',
  '=',
  '===',
  '---',
  '***',
  '+++',
  '[^1]',
  '[^1]: ',
  'word',
  'a'.repeat(40),
  '('.repeat(20),
  '['.repeat(20),
  '> '.repeat(20),
  '*'.repeat(20),
  '`'.repeat(7),
]

/** mulberry32: small, and the same everywhere. */
export function chance(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

export function generatedComment(random: (below: number) => number, pieceCount = 1 + random(24)): string {
  let text = ''
  for (let i = 0; i < pieceCount; i++) text += pieces[random(pieces.length)]
  return text
}

/** As long as GitHub takes them: 65,536 characters. */
export function longComment(random: (below: number) => number): string {
  const some = Array.from({ length: 1 + random(6) }, () => generatedComment(random))
  let text = ''
  while (text.length < 65_536) text += random(4) === 0 ? generatedComment(random) : some[random(some.length)]
  return text.slice(0, 65_536)
}
