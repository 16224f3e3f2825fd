import type { MutantResult } from '../mutation.ts'

/** What a test would have to do to notice a mutator's faults. Names: https://stryker-mutator.io/docs/mutation-testing-elements/supported-mutators/ */
const byMutator: Record<string, (original: string, replacement: string) => string> = {
  ArithmeticOperator: (original) =>
    `assert on the number that ${original} gives, with operands for which the sign matters`,
  ArrayDeclaration: () => 'assert on what is in the list, not only that there is one',
  ArrowFunction: () => 'assert on what this function answers',
  AssignmentOperator: (original) => `assert on the value after ${original}`,
  BlockStatement: () => 'assert on what this block does',
  BooleanLiteral: (original) => `add a case that differs when ${original} is turned round`,
  ConditionalExpression: (original, replacement) =>
    replacement === 'true' || replacement === 'false'
      ? `add a case in which ${original} is ${replacement === 'true' ? 'false' : 'true'}, and assert on what follows`
      : `add a case that depends on ${original}`,
  EqualityOperator: (original, replacement) =>
    /[<>]=?/.test(original) && /=/.test(original) !== /=/.test(replacement)
      ? `add the case at the boundary, where both sides of ${original} are equal`
      : `add a case on the other side of ${original}`,
  LogicalOperator: (original) => `add a case in which only one side of ${original} holds`,
  MethodExpression: (original) => `add input for which ${original} makes a difference`,
  ObjectLiteral: () => 'assert on the properties of this object',
  OptionalChaining: (original) => `add a case in which the value before ?. in ${original} is missing`,
  Regex: (original) => `add text that ${original} takes and text that it just refuses`,
  StringLiteral: () => 'assert on this very text',
  UnaryOperator: () => 'assert on the sign of this value',
  UpdateOperator: (original) => `assert on the value after ${original}`,
}

const longest = 60
const inline = (code: string): string => {
  const line = code.replace(/\s+/g, ' ').trim()
  return `"${line.length > longest ? `${line.slice(0, longest)}…` : line}"`
}

/** The test that is missing, in one sentence, from what was changed without any test noticing. */
export function missingTest(
  mutant: Pick<MutantResult, 'mutatorName' | 'replacement' | 'status'>,
  original: string,
): string {
  const rule = byMutator[mutant.mutatorName]
  const advice = rule?.(inline(original), mutant.replacement ?? '') ?? `add a case that depends on ${inline(original)}`
  return mutant.status === 'NoCoverage'
    ? `Call this code from a test, and ${advice}.`
    : `${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`
}

/** The text of a file between two places; lines and columns from 1. */
export function textAt(source: string, { start, end }: MutantResult['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  if (lines.length === 0) return ''
  const last = lines.length - 1
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1)
  lines[0] = (lines[0] ?? '').slice(start.column - 1)
  return lines.join('\n')
}
