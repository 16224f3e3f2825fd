/** GitHub's limit for each text of a check run, in characters; counted in bytes here, which is never more. */
export const maxOutput = 65_535
/** Of a comment, with room to spare. */
export const maxComment = 65_000

const bytes = (text: string): number => Buffer.byteLength(text)

/** The text if it fits, else its first whole lines that do, and the note. */
export function cut(text: string, limit: number, note: string): string {
  if (bytes(text) <= limit) return text
  let left = limit - bytes(note) - 2
  const kept: string[] = []
  for (const line of text.split('\n')) {
    left -= bytes(line) + 1
    if (left < 0) break
    kept.push(line)
  }
  return `${closeFence(kept.join('\n'))}\n\n${note}`
}

/** A fence that was cut open would swallow the note. */
function closeFence(markdown: string): string {
  let open: string | undefined
  for (const [, fence] of markdown.matchAll(/^(`{3,})/gm)) {
    if (open === undefined) open = fence
    else if (fence === open) open = undefined
  }
  return open === undefined ? markdown : `${markdown}\n${open}`
}

/** The first lines of a diff that fit, and how many are left out. */
export function cutLines(diff: string, limit: number): { shown: string; left: number } {
  const lines = diff.split('\n')
  let size = 0
  let n = 0
  while (n < lines.length && size + bytes(lines[n]!) + 1 <= limit) size += bytes(lines[n++]!) + 1
  return { shown: lines.slice(0, n).join('\n'), left: lines.length - n }
}
