/** What stands before a place, up to so many characters; a type in a placeholder there tells nothing. */
export const contextBefore = (text: string, start: number, most: number): string =>
  text
    .slice(Math.max(0, start - most - 100), start)
    .replace(/REDACTED_[A-Z_]{1,80}_[a-p]{15}/g, (mark) => ' '.repeat(mark.length))
    .slice(-most)
