import { expect, test } from 'vitest'
import { parseCommands } from '../../../../core/orchestrator/commands/grammar.ts'
import { chance, generatedComment, longComment } from './generated.ts'

test('10,000 generated comments parse without a throw; the million is `npm run soak -- comments`', () => {
  const random = chance(20260101)
  const kinds = new Set<string>()
  for (let i = 0; i < 10_000; i++) kinds.add(parseCommands(generatedComment(random)).kind)
  for (let i = 0; i < 50; i++) parseCommands(longComment(random))
  expect([...kinds].sort()).toEqual(['commands', 'error', 'none'])
})
