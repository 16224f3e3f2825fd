/** What a commit says whose expectation does not hold; without the key, which may be personal. */

export const staleRow = (collection: string, version: number, expected: number): string =>
  `A row of "${collection}" has version ${version}, where ${expected} was expected.`

export const takenIndex = (log: string, next: number, index: number): string =>
  `The next entry of log "${log}" is ${next}, where ${index} was expected.`
