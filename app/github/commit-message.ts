/** A title of at most 72 characters, and trailers as git reads them. https://git-scm.com/docs/git-interpret-trailers */
export function commitMessage(title: string, trailers: Readonly<Record<string, string>>): string {
  const line = title.replace(/\s+/g, ' ').trim()
  const first = line.length > 72 ? `${[...line].slice(0, 71).join('')}…` : line
  const lines = Object.entries(trailers).map(([key, value]) => `${key}: ${value.replace(/\s+/g, ' ').trim()}`)
  return `${first || 'Atomic batch'}\n\n${lines.join('\n')}\n`
}
