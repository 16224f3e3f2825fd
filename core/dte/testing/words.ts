/** The words of a plain command line; undefined where a shell would do more with it than split and unquote. */
export function words(line: string): string[] | undefined {
  const found: string[] = []
  for (const [, single, double, bare, other] of line.matchAll(
    /\s*(?:'([^']*)'|"([^"$`\\]*)"|([\w@%+=:,./*{}!-]+)|(\S))/g,
  )) {
    if (other !== undefined) return undefined
    found.push(single ?? double ?? bare ?? '')
  }
  return found
}
